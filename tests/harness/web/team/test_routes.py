"""Tests that every route of the team server answers each role as it should, before and after the deadline."""

import re

import pytest
from fastapi.routing import iter_route_contexts

from tests.factories.teams import HOME

ROLES = ("nobody", "team", "other team", "admin")


@pytest.fixture
def site(sqlite_server):
    """A server with a scored submission of Alpha to each task; another one of team Beta to retrieval."""
    alpha, beta = sqlite_server.api_client("Alpha"), sqlite_server.api_client("Beta")
    own = sqlite_server.submit_and_score(alpha, sqlite_server.submission_file(0.35))
    sqlite_server.submit_and_score(beta, sqlite_server.submission_file(0.6))
    return sqlite_server, own


def values_of(server, own):
    """Return a value for each parameter of a path: ids of what belongs to team Alpha."""
    store = server.app.state.site.store
    (entry,) = [item.id for item in store.entries() if item.solution == "Alpha"]
    queries = store.query_ids(entry)
    return {
        "competition": server.key,
        "task": "retrieval",
        "tab": "public",
        "submission_id": own["id"],
        "number": entry,
        "query_id": queries[0],
        "image_id": queries[0],
        "part": "test",
        "page": "rules",
        "prefix": "0" * 12,
        "kind": "webhook",
        "action": "hide",
        "file_name": "x",
    }


def clients_of(server):
    browsers = [server.anonymous_client({"Origin": HOME}), *map(server.browser_client, ("Alpha", "Beta", None))]
    return dict(zip(ROLES, browsers, strict=True))


def answers(server, own, method):
    """Return the statuses for each role, by path."""
    values, clients, found = values_of(server, own), clients_of(server), {}
    for route in iter_route_contexts(server.app.routes):
        if method in route.methods and not route.path.startswith(("/api/", "/static/")):
            path = re.sub(r"{(\w+)(?::\w+)?}", lambda match: str(values.get(match[1], "x")), route.path)
            found[route.path] = tuple(client.request(method, path).status_code for client in clients.values())
    return found


SHOWN, HIDDEN, SIGN_IN = 200, 404, 303
EVERYBODY = (SHOWN, SHOWN, SHOWN, SHOWN)
MEMBERS, TEAMS, ADMIN = (SIGN_IN, SHOWN, SHOWN, SHOWN), (SIGN_IN, SHOWN, SHOWN, 403), (SIGN_IN, HIDDEN, HIDDEN, SHOWN)
OWN, NO_ONE, REDIRECTED = (SIGN_IN, SHOWN, HIDDEN, SHOWN), (SIGN_IN, HIDDEN, HIDDEN, HIDDEN), (SIGN_IN, 307, 307, 307)
PAGES = {  # path -> the statuses for nobody, the team, another team, and an admin
    "/": MEMBERS,
    "/admin": ADMIN,
    "/admin/competitions/{competition}/texts/{page}": ADMIN,
    "/admin/tokens/{prefix}/revoke": NO_ONE,  # there is no such token
    "/c/{competition}": MEMBERS,
    "/c/{competition}/data": MEMBERS,
    "/c/{competition}/rules": MEMBERS,
    "/c/{competition}/submissions": TEAMS,
    "/c/{competition}/{task}": REDIRECTED,
    "/c/{competition}/{task}/compare": MEMBERS,  # of entries that they may open
    "/c/{competition}/{task}/compare/content": MEMBERS,
    "/c/{competition}/{task}/{tab}": MEMBERS,
    "/c/{competition}/{task}/{tab}/export": MEMBERS,
    "/c/{competition}/{task}/{tab}/table": MEMBERS,
    "/c/{competition}/{task}/{tab}/ties": MEMBERS,
    "/e/{number}": OWN,
    "/e/{number}/submission.csv": OWN,
    "/glossary": MEMBERS,
    "/messages": MEMBERS,
    "/sheets/{competition}": (SIGN_IN, 422, 422, 422),  # it needs images; all members may see photographs
    "/sign-in": EVERYBODY,
    "/submissions": TEAMS,
    "/submissions/{submission_id}": OWN,
    "/submissions/{submission_id}/file": OWN,
}
AFTER_THE_DEADLINE = {  # what derives from private scores or from the ground truth
    "/c/{competition}/{task}/confusion": MEMBERS,
    "/c/{competition}/{task}/confusion/content": MEMBERS,
    "/c/{competition}/{task}/landmarks": MEMBERS,
    "/c/{competition}/{task}/probing": MEMBERS,
    "/c/{competition}/{task}/probing/content": MEMBERS,
    "/c/{competition}/{task}/results": MEMBERS,
    "/c/{competition}/{task}/shake-up": MEMBERS,
    "/c/{competition}/{task}/shake-up/content": MEMBERS,
    "/e/{number}/analysis": OWN,
    "/e/{number}/queries": OWN,
    "/e/{number}/queries/{query_id}": OWN,
    "/e/{number}/what-if": OWN,
    "/e/{number}/what-if/content": OWN,
}


@pytest.mark.slow
def test_each_page_is_open_to_those_who_may_see_it(site):
    """A page that is in neither list is hidden from teams; whoever adds one that is not puts it there."""
    server, own = site
    for deadline_has_passed in (False, True):
        for path, (nobody, team, other, admin) in answers(server, own, "GET").items():
            expected = (PAGES | AFTER_THE_DEADLINE).get(path, NO_ONE)
            if path in AFTER_THE_DEADLINE and not deadline_has_passed:
                expected = ADMIN
            is_local_page = path not in PAGES | AFTER_THE_DEADLINE
            found = (nobody, team, other, HIDDEN if is_local_page else admin)
            assert found == expected, (path, deadline_has_passed)
        server.close_competition()


def test_nothing_is_changed_without_the_token_of_a_form(site):
    server, own = site
    for path, statuses in answers(server, own, "POST").items():
        if path != "/sign-in":
            assert statuses[0] == SIGN_IN, path
            assert set(statuses[1:]) <= {400, 403, 404}, path
    (kept,) = [item for item in server.context.submissions.find_all() if item.id == own["id"]]
    assert (kept.message, kept.hidden) == ("", None)
