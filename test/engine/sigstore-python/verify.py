"""Verifies a Sigstore bundle as Python's client does, and prints the signed statement.

verify.py BUNDLE TRUSTED_ROOT IDENTITY ISSUER; exits 1 with the reason where it does not hold.
"""

import sys
from pathlib import Path

from sigstore.errors import VerificationError
from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier, policy, verifier

# The Fulcio of the test has no certificate transparency log, so there is no timestamp of one to check. This client has no option that says so.
verifier.verify_sct = lambda *_: None

bundle, trusted_root, identity, issuer = sys.argv[1:]
try:
    _, payload = Verifier(trusted_root=TrustedRoot.from_file(trusted_root)).verify_dsse(
        Bundle.from_json(Path(bundle).read_bytes()), policy.Identity(identity=identity, issuer=issuer)
    )
except VerificationError as error:
    sys.exit(str(error))
sys.stdout.buffer.write(payload)
