#!/usr/bin/env python3
"""Checks logged request bodies against OpenRouter's OpenAPI document.

Reads JSON lines {"method","path","body"} from all *.jsonl files of a folder. The document is no
part of the project: it is looked for where CAPSTAN_OPENAPI says, else beside the source tree. What
the document lacks is listed in known_gaps.json, and nowhere else.

Exit status: 0 all bodies are valid, 1 some are not, 77 nothing to do (the reason is printed).
"""
import argparse
import glob
import hashlib
import json
import os
import sys

SKIP = 77
HERE = os.path.dirname(os.path.abspath(__file__))
GAPS = os.path.join(HERE, "known_gaps.json")


def skip(reason):
    print("SKIP: " + reason)
    sys.exit(SKIP)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--log", required=True, help="folder of *.jsonl files, or one file")
    parser.add_argument("--spec", help="the OpenAPI document (YAML)")
    parser.add_argument("--cache", help="file to keep the parsed document in")
    return parser.parse_args()


def find_spec(given):
    beside = os.path.join(HERE, "../../../shared/reference/openrouter-openapi.yaml")
    path = given or os.environ.get("CAPSTAN_OPENAPI") or beside
    if not os.path.isfile(path):
        skip("the OpenAPI document is not there (set CAPSTAN_OPENAPI)")
    return path


def read_lines(log):
    files = sorted(glob.glob(os.path.join(log, "*.jsonl"))) if os.path.isdir(log) else [log]
    for name in files:
        with open(name, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield "%s:%d" % (os.path.basename(name), number), json.loads(line)


def load_document(path, cache):
    """The parsed document; YAML of that size takes seconds, JSON does not."""
    with open(path, "rb") as file:
        text = file.read()
    digest = hashlib.sha256(text).hexdigest()
    if cache and os.path.isfile(cache):
        with open(cache, encoding="utf-8") as file:
            kept = json.load(file)
        if kept.get("digest") == digest:
            return kept["document"]
    import yaml
    document = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    document = {"paths": document["paths"], "components": {
        "schemas": document["components"]["schemas"]}}
    document = json.loads(json.dumps(document, default=str))
    if cache:
        with open(cache + ".new", "w", encoding="utf-8") as file:
            json.dump({"digest": digest, "document": document}, file)
        os.replace(cache + ".new", cache)
    return document


def merge(into, patch):
    for key, value in patch.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        elif isinstance(value, list) and isinstance(into.get(key), list):
            into[key].extend(value)
        else:
            into[key] = value


def apply_gaps(document):
    with open(GAPS, encoding="utf-8") as file:
        gaps = json.load(file)["gaps"]
    for gap in gaps:
        schema = document["components"]["schemas"].get(gap["schema"])
        if schema is None:
            print("known_gaps.json: there is no schema %s any more" % gap["schema"])
            sys.exit(1)
        merge(schema, gap["patch"])


def body_schema(document, method, path):
    operation = document["paths"].get(path, {}).get(method.lower())
    if not operation or "requestBody" not in operation:
        return None
    content = operation["requestBody"]["content"].get("application/json")
    return content and content["schema"]


def api_path(path):
    """/api/v1/chat/completions?x -> /chat/completions"""
    path = path.split("?")[0]
    return path[path.index("/v1/") + 3:] if "/v1/" in path else path


class Validators:
    def __init__(self, document):
        import jsonschema
        self.document = document
        self.known = {}
        self.make = jsonschema.Draft202012Validator
        self.best = jsonschema.exceptions.best_match

    def problem(self, method, path, body):
        """None when the body is valid; else what is wrong."""
        key = (method.upper(), api_path(path))
        if key not in self.known:
            schema = body_schema(self.document, *key)
            whole = schema and dict(schema, components=self.document["components"])
            self.known[key] = whole and self.make(whole)
        validator = self.known[key]
        if validator is None:
            return "the document has no body for %s %s" % key
        error = self.best(validator.iter_errors(body))
        if error is None:
            return None
        place = "".join("[%r]" % step for step in error.absolute_path)
        return "body%s: %s" % (place, error.message[:400])


def main():
    options = arguments()
    if not os.path.exists(options.log):
        skip("no test has logged a request")
    entries = list(read_lines(options.log))
    if not entries:
        skip("no test that ran has sent a request")
    spec = find_spec(options.spec)
    try:
        import jsonschema  # noqa: F401
        import yaml  # noqa: F401
    except ImportError as error:
        skip("%s (packages python3-yaml and python3-jsonschema)" % error)
    document = load_document(spec, options.cache)
    apply_gaps(document)
    validators = Validators(document)
    wrong = 0
    for place, entry in entries:
        problem = validators.problem(entry["method"], entry["path"], entry["body"])
        if problem:
            wrong += 1
            print("%s: %s %s: %s" % (place, entry["method"], entry["path"], problem))
    print("%d request bodies, %d of them not valid" % (len(entries), wrong))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
