"""``rights``, ``disclosures``, ``--reveal``; and the rights of other users of the system."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import tempfile
from dataclasses import astuple
from pathlib import Path

import pytest

from nq77tui.programme import shipped_folder
from nq77tui.store.rights import system_user

ME = system_user()
OTHER = "nobody"
NUMBER = "020085000011"


@pytest.fixture
def run(nq77, store):
    return lambda *command: nq77("--store", store, "--lang", "en", *command)


@pytest.fixture
def village(run):
    return run("add", "area", "name=Nà Mẫu", "level=village").out.strip()


def test_without_rights_everybody_supervises(run):
    shown = run("rights")
    assert shown.out == ""
    assert "Nobody is named" in shown.err
    assert f"{ME} - supervisor - all areas" in shown.err


def test_whoever_gives_rights_first_stays_a_supervisor(run, store, village):
    assert run("rights", "--set", "lan", "operator", "--areas", "nà mẫu").status == 0
    found = run("rights", "--json").json
    area = [{"id": village, "name": "Nà Mẫu"}]
    assert found["me"] == {"user": ME, "role": "supervisor", "areas": [], "reveals": True}
    assert {one["user"]: (one["role"], one["areas"]) for one in found["users"]} == {
        ME: ("supervisor", []),
        "lan": ("operator", area),
    }
    assert f"lan\toperator\tNà Mẫu ({village})" in run("rights").out
    text = (store / "settings.toml").read_text(encoding="utf-8")
    assert '[rights.lan]\nrole = "operator"' in text
    assert run("rights", "--drop", "lan").status == 0
    assert "lan" not in run("rights").out


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--set", "lan", "boss"), "no role “boss”"),
        (("--set", "lan", "viewer", "--areas", "Thôn Lạ"), "Thôn Lạ"),
        (("--set", ME, "viewer"), "nobody would be left"),
        (("--drop", "minh"), "“minh” is not named"),
        (("--areas", "nà mẫu"), "--set USER ROLE"),
    ],
)
def test_a_slip_changes_nothing(run, store, village, asked, said):
    run("rights", "--set", "lan", "operator")
    before = (store / "settings.toml").read_bytes()
    refused = run("rights", *asked)
    assert refused.status == 1
    assert said in refused.err
    assert (store / "settings.toml").read_bytes() == before


def test_a_viewer_reads_masked_numbers_and_each_look_is_noted(run, store, village):
    made = run(
        "add", "person", "name=Vi Thị Lan", f"area={village}", f"citizen_number={NUMBER}",
        "phone=0912 345 678",
    ).out.strip()  # fmt: skip
    assert NUMBER in run("show", made).out  # a supervisor keys it, and reads it
    run("rights", "--set", "boss", "supervisor")
    run("rights", "--set", ME, "viewer")

    assert "citizen_number: ********0011" in run("show", made).out
    for command in (
        ("show", made),
        ("show", made, "--json"),
        ("list", "person", "--json"),
        ("list", "person"),
        ("history", made),
        ("history", made, "--json"),
        ("export", "person"),
        ("export", "person", "--format", "json"),
    ):
        shown = run(*command)
        assert shown.status == 0
        assert shown.out
        assert NUMBER not in shown.out
        assert "345678" not in shown.out.replace(" ", "")
    assert run("list", "person", "--where", f"citizen_number={NUMBER}").out == ""
    refusals = (
        ("set", made, "note=x"),
        ("delete", made),
        ("export", "all"),
        ("backup", store.parent / "b.tgz"),
        ("rights", "--set", ME, "supervisor"),
        ("disclosures",),
        ("bundle", store.parent),
    )
    for command in refusals:
        refused = run(*command)
        assert refused.status == 1
        assert f"“{ME}”" in refused.err

    assert not (store / "disclosures.jsonl").exists()
    assert NUMBER in run("show", made, "--reveal").out
    assert run("list", "person", "--json", "--reveal").json[0]["citizen_number"] == NUMBER
    text = (store / "settings.toml").read_text(encoding="utf-8")
    (store / "settings.toml").write_text(text.split("[rights")[0], encoding="utf-8")
    log = run("disclosures", "--json").json
    assert [(one["what"], one["user"], one["ids"]) for one in log] == [("shown", ME, [made])] * 2
    assert run("disclosures").out.count("shown\tCadre or party member\t1") == 2


@pytest.fixture
def shared():
    """A folder that other users of the system can go into."""
    folder = Path(tempfile.mkdtemp(prefix="nq77-rights-"))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.skipif(os.getuid() != 0, reason="only root may become somebody else")
def test_another_user_of_the_system_has_other_rights(nq77, shared):
    """Who one is, the system says: not the environment, and not the name one works under."""
    here = [shipped_folder(), *shipped_folder().parents]
    if not all(folder.stat().st_mode & 0o001 for folder in here):
        pytest.skip("the programme lies in a folder that only root may enter")
    store, state = shared / "store", shared / "state"
    state.mkdir()
    state.chmod(0o777)

    def mine(*command):
        return nq77("--store", store, "--lang", "en", *command)

    def theirs(*command):
        # A fork and not a new process: the interpreter may lie where others cannot go.
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            who = pwd.getpwnam(OTHER)
            os.setgroups([])
            os.setgid(who.pw_gid)
            os.setuid(who.pw_uid)
            os.environ.update(USER=ME, LOGNAME=ME, XDG_STATE_HOME=str(state))
            os.write(writing, json.dumps(astuple(mine(*command))).encode("utf-8"))
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as pipe:
            told = pipe.read()
        os.waitpid(child, 0)
        return type(looked)(*json.loads(told))

    assert nq77("init", store).status == 0
    areas = [mine("add", "area", f"name=Thôn {n}", "level=village").out.strip() for n in range(2)]
    households = [
        mine("add", "household", "head=Vi Lan", f"area={area}").out.strip() for area in areas
    ]
    mine("rights", "--set", OTHER, "operator", "--areas", areas[0])
    for path in (store, *store.rglob("*")):
        path.chmod(0o777)

    looked = mine("list", "household")
    assert looked.out.count("\n") == 2
    looked = theirs("list", "household")
    assert looked.out.split("\t")[0] == households[0]
    assert looked.out.count("\n") == 1
    assert f"You are: {OTHER} - operator - Thôn 0" in theirs("rights").err
    assert theirs("set", households[0], "persons=4").status == 0
    refused = theirs("--operator", ME, "set", households[1], "persons=4")
    assert refused.status == 1
    assert f"lies in no area of “{OTHER}” (Thôn 0)" in refused.err
    assert mine("show", households[0], "--json").json["persons"] == 4
    assert "persons" not in mine("show", households[1], "--json").json
    assert theirs("rights", "--set", OTHER, "supervisor").status == 1
