"""Reads [[call, input], ...] as JSON, and writes a list of faults for each, as the cloud's own library finds them.

A call is "aws SERVICE OPERATION" or "google SERVICE.VERSION SCHEMA". Nothing is sent anywhere.
"""

import json
import sys
from importlib.resources import files

import botocore.session
from botocore.validate import ParamValidator

session = botocore.session.get_session()


def aws(service, operation, given):
    shape = session.get_service_model(service).operation_model(operation).input_shape
    report = ParamValidator().validate(given, shape)
    return ([report.generate_report()] if report.has_errors() else []) + list(outside_enums(given, shape, operation))


def outside_enums(given, shape, where):
    """What the validator leaves to the service: words that it does not know."""
    if shape.type_name == "structure":
        for name in given.keys() & shape.members.keys():
            yield from outside_enums(given[name], shape.members[name], f"{where}.{name}")
    elif shape.type_name == "list":
        for item in given:
            yield from outside_enums(item, shape.member, where)
    elif shape.type_name == "string" and shape.enum and given not in shape.enum:
        yield f"{where}: wanted one of {', '.join(shape.enum)}, found {given}"


def google(service, name, given):
    document = files("googleapiclient").joinpath(f"discovery_cache/documents/{service}.json")
    return list(outside_schema(given, {"$ref": name}, json.loads(document.read_text())["schemas"], name))


TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "object": dict, "array": list}


def outside_schema(given, schema, schemas, where):
    """Discovery documents are JSON schemas of 2010, which no validator of today reads: https://developers.google.com/discovery/v1/type-format."""
    schema = schemas[schema["$ref"]] if "$ref" in schema else schema
    if not isinstance(given, TYPES[schema["type"]]) or (schema["type"] == "integer" and isinstance(given, bool)):
        yield f"{where}: wanted {schema['type']}, found {json.dumps(given)}"
    elif schema["type"] == "array":
        for item in given:
            yield from outside_schema(item, schema["items"], schemas, where)
    elif schema["type"] == "object":
        for key, value in given.items():
            known = schema.get("properties", {}).get(key, schema.get("additionalProperties"))
            if known is None:
                yield f"{where}: unknown field {key}"
            elif "description" in known and known["description"].startswith("Not supported by Cloud Run"):
                yield f"{where}: {key} is not supported"
            else:
                yield from outside_schema(value, known, schemas, f"{where}.{key}")


clouds = {"aws": aws, "google": google}
answers = []
for call, given in json.load(sys.stdin):
    cloud, service, operation = call.split(" ")
    answers.append(clouds[cloud](service, operation, given))
json.dump(answers, sys.stdout)
