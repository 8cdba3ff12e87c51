"""Reads IAM policies as JSON texts in a JSON list, and writes a list of findings for each: unknown elements, actions and condition keys, and resources that an action does not have.

What the publisher of the linter knows of AWS comes with it. Nothing is sent anywhere.
"""

import json
import sys
import warnings

# The linter still asks setuptools for its files, which says that this will end.
warnings.simplefilter("ignore")
from parliament import analyze_policy_string  # noqa: E402


def findings(text):
    policy = json.loads(text)
    for statement in policy["Statement"]:
        # Who may take a role is written without a resource, which the linter asks for: it is the role itself.
        if statement["Action"] in ("sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", ["sts:AssumeRole", "sts:TagSession"]):
            statement.setdefault("Resource", "arn:aws:iam::123456789012:role/a")
    return [f"{found.issue}: {found.detail}" for found in analyze_policy_string(json.dumps(policy)).findings]


json.dump([findings(text) for text in json.load(sys.stdin)], sys.stdout)
