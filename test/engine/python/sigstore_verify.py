"""Verifies a Sigstore bundle as Python's client does, and prints the signed statement.

sigstore_verify.py BUNDLE TRUSTED_ROOT IDENTITY ISSUER; exits 1 with the reason where it does not hold.
"""

import json
import sys
from pathlib import Path

from sigstore.errors import VerificationError
from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier, policy, verifier
from sigstore_models.trustroot.v1 import TrustedRoot as TrustedRootDocument

# The Fulcio of the test has no certificate transparency log, so there is no timestamp of one to check, and this client has no option that says so.
verifier.verify_sct = lambda *_: None
TrustedRoot.ct_keyring = lambda *_: None

bundle_path, trusted_root_path, identity, issuer = sys.argv[1:]

# The JSON of protobuf leaves out what is zero or empty, as the place of a log's first entry is. This client wants it to be there.
trusted_root = {"ctlogs": [], **json.loads(Path(trusted_root_path).read_text())}
bundle = json.loads(Path(bundle_path).read_text())
for entry in bundle["verificationMaterial"]["tlogEntries"]:
    entry.setdefault("logIndex", "0")
    entry["inclusionProof"] = {"logIndex": "0", "hashes": [], **entry["inclusionProof"]}

try:
    client = Verifier(trusted_root=TrustedRoot(TrustedRootDocument.from_json(json.dumps(trusted_root))))
    _, payload = client.verify_dsse(Bundle.from_json(json.dumps(bundle)), policy.Identity(identity=identity, issuer=issuer))
except VerificationError as error:
    sys.exit(str(error))
sys.stdout.buffer.write(payload)
