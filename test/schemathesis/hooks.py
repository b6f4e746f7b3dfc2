import itertools
import os

import schemathesis

addresses = itertools.count(1)
kept = os.environ["KEPT"].split(",")


@schemathesis.hook
def before_call(context, case, kwargs):
    # Each request comes from an address of its own, so that the limits by address don't answer instead of what is behind them.
    number = next(addresses)
    case.headers = case.headers or {}
    case.headers["X-Forwarded-For"] = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    # Where a login leads is described; what is there isn't.
    kwargs["allow_redirects"] = False
    # It learns names and ids from the answers, and would shut itself out.
    for name, value in (case.path_parameters or {}).items():
        if str(value) in kept:
            case.path_parameters[name] = "nobody" if name == "name" else 999999
