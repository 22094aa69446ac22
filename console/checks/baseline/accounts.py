"""Rules about accounts and passwords: 8.1.4.1 a) and b)."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from console.checks.baseline.judging import Facts, at_least, at_most, high, listed, low, metric, verdict
from console.checks.baseline.sections import Section, Sections, denied, number
from console.checks.kind import NotKnown
from console.i18n import N_
from console.model.checks import Status, Verdict
from console.model.sentence import Sentence

_NO_SHELL = ("nologin", "false", "sync", "halt", "shutdown")
_QUALITY = re.compile(r"pam_(pwquality|cracklib|passwdqc)\.so")
_LOCKOUT = re.compile(r"pam_(faillock|tally2?)\.so")


def uid0(facts: Facts) -> Sequence[Verdict]:
    """Only root has UID 0, and no two accounts share a number."""
    rows = _accounts(facts.part)
    zero = [name for name, _state, uid, _shell in rows if uid == "0"]
    numbers = Counter(uid for _name, _state, uid, _shell in rows)
    twice = [name for name, _state, uid, _shell in rows if numbers[uid] > 1]
    if not zero:
        raise NotKnown(Sentence(N_("No account has UID 0 in /etc/passwd: that cannot be all of it.")))
    if len(zero) > 1:
        source = N_("Several accounts have UID 0, so nobody can say who did what: {names}.")
        return [verdict(Status.CRIT, source, measured=listed(zero, 3), names=listed(zero))]
    if twice:
        source = N_("Accounts share a UID: {names}.")
        return [verdict(facts.broken, source, measured=listed(twice, 3), names=listed(twice))]
    source = N_(
        "{count} local accounts, each with a UID of its own; only {root} has 0. Directory accounts are not seen."
    )
    return [verdict(Status.OK, source, measured=str(len(rows)), count=str(len(rows)), root=zero[0])]


def empty_passwords(facts: Facts) -> Sequence[Verdict]:
    """No account that may log in has an empty password. /etc/shadow needs root."""
    open_doors = [name for name, state, _uid, _shell in _accounts(facts.part) if state == "empty"]
    shadow = facts.part["shadow"]
    rows = [line.split(":") for line in shadow.texts]
    open_doors += [row[0] for row in rows if row[1] == "empty"]
    if open_doors:
        source = N_("Accounts without a password: {names}.")
        return [verdict(Status.CRIT, source, measured=listed(open_doors, 3), names=listed(open_doors))]
    if shadow.denied:
        raise denied(shadow)
    if not rows:
        raise NotKnown(Sentence(N_("/etc/shadow shows no accounts, so nobody knows their passwords.")))
    old = [row[0] for row in rows if row[1] in ("hash-des", "hash-1")]
    if old:
        source = N_("Passwords are kept in an outdated scheme (DES, MD5): {names}.")
        return [verdict(facts.broken, source, measured=listed(old, 3), names=listed(old))]
    source = N_("No account has an empty password ({count} looked at).")
    return [verdict(Status.OK, source, measured=str(len(rows)), count=str(len(rows)))]


def password_age(facts: Facts) -> Sequence[Verdict]:
    """Passwords have to be changed: the rule for new accounts, and the rule that each account really has."""
    return [_age_of_new(facts), _age_of_accounts(facts)]


def _age_of_new(facts: Facts) -> Verdict:
    rules = facts.part["login.defs"]
    days = number(dict(_pairs(rules.texts)).get("PASS_MAX_DAYS", ""))
    item = "login.defs"
    if rules.denied:
        raise denied(rules)
    if days is None:
        source = N_("/etc/login.defs sets no PASS_MAX_DAYS: passwords of new accounts never have to be changed.")
        return verdict(facts.broken, source, item)
    source = N_("Passwords of new accounts have to be changed after {days} days (PASS_MAX_DAYS in /etc/login.defs).")
    said = verdict(at_most(days, facts.limits), source, item, f"{days:g}", days=f"{days:g}")
    return _against(said, high(facts.limits), "pass_max_days", days, "d", facts)


def _age_of_accounts(facts: Facts) -> Verdict:
    shadow = facts.part["shadow"]
    item = "accounts"
    if shadow.denied:
        return Verdict(item, Status.UNKNOWN, denied(shadow).why)
    rows = [line.split(":") for line in shadow.texts]
    used = [(row[0], number(row[2])) for row in rows if row[1].startswith("hash")]
    if not rows:
        return verdict(Status.UNKNOWN, N_("/etc/shadow shows no accounts, so nobody knows their passwords."), item)
    if not used:
        return verdict(Status.OK, N_("No local account can log in with a password."), item, "0")
    longest = max(99999.0 if days is None else days for _name, days in used)
    late = [name for name, days in used if at_most(99999.0 if days is None else days, facts.limits) is not Status.OK]
    status = at_most(longest, facts.limits)
    if late:
        source = N_("Accounts whose password never has to be changed in time: {names} (longest {days} days).")
        said = verdict(status, source, item, f"{longest:g}", names=listed(late), days=f"{longest:g}")
    else:
        source = N_("Each of {count} accounts with a password has to change it after {days} days at most.")
        said = verdict(status, source, item, f"{longest:g}", count=str(len(used)), days=f"{longest:g}")
    return _against(said, high(facts.limits), "max_days", longest, "d", facts)


def password_quality(facts: Facts) -> Sequence[Verdict]:
    """A module demands passwords that are long and mixed."""
    pam = facts.part["pam"]
    used = [line for line in _active(pam) if _QUALITY.search(line)]
    if not used:
        if not pam.lines:
            raise denied(pam) if pam.denied else NotKnown(Sentence(N_("No PAM rules for passwords were found.")))
        source = N_("No PAM module demands anything of passwords (pam_pwquality, pam_cracklib, pam_passwdqc).")
        return [verdict(facts.broken, source, measured="-")]
    quality = facts.part["pwquality"]
    if any("passwdqc" in line for line in used):
        source = N_("pam_passwdqc rules passwords; a person has to judge its numbers: {line}")
        return [verdict(Status.MANUAL, source, line=used[0])]
    rules = {**dict(_assignments(quality.texts)), **dict(_assignments(" ".join(used).split()))}
    if quality.denied and "minlen" not in rules:
        raise denied(quality)
    # pam_pwquality's and pam_cracklib's own defaults.
    length = number(rules.get("minlen", "")) or (8.0 if any("pwquality" in line for line in used) else 9.0)
    demanded = [number(rules.get(key, "0")) or 0.0 for key in ("dcredit", "ucredit", "lcredit", "ocredit")]
    classes = max(number(rules.get("minclass", "0")) or 0.0, float(sum(credit < 0 for credit in demanded)))
    wanted = number(str(facts.asked.check.params.get("classes", 3))) or 3.0
    status = at_least(length, facts.limits)
    if status is Status.OK and classes < wanted:
        status = facts.broken
    source = N_("Passwords need {length} characters and {classes} kinds of them (letters, capitals, digits, signs).")
    said = verdict(status, source, "", f"{length:g} / {classes:g}", length=f"{length:g}", classes=f"{classes:g}")
    return [_against(said, low(facts.limits), "min_length", length, "", facts)]


def lockout(facts: Facts) -> Sequence[Verdict]:
    """Failed logins lock an account."""
    pam = facts.part["pam"]
    used = [line for line in _active(pam) if _LOCKOUT.search(line)]
    if not used:
        if not pam.lines:
            raise denied(pam) if pam.denied else NotKnown(Sentence(N_("No PAM rules for logins were found.")))
        source = N_("Failed logins lock no account: neither pam_faillock nor pam_tally2 is in use.")
        return [verdict(facts.broken, source, measured="-")]
    conf = facts.part["faillock"]
    rules = {**dict(_assignments(conf.texts)), **dict(_assignments(" ".join(used).split()))}
    tally = not any("faillock" in line for line in used)
    if "deny" not in rules and conf.denied:
        raise denied(conf)
    if "deny" not in rules and tally:
        source = N_("pam_tally counts failed logins but locks nobody: deny is not set.")
        return [verdict(facts.broken, source, measured="-")]
    # pam_faillock's own default is 3.
    tries = number(rules.get("deny", "3"))
    if not tries:
        return [verdict(facts.broken, N_("deny = {deny} locks no account."), measured="0", deny=rules.get("deny", "0"))]
    source = N_("{tries} failed logins lock an account (unlock after {unlock} s).")
    unlock = rules.get("unlock_time", "600" if not tally else "-")
    said = verdict(at_most(tries, facts.limits), source, "", f"{tries:g}", tries=f"{tries:g}", unlock=unlock)
    return [_against(said, high(facts.limits), "tries", tries, "count", facts)]


def idle_exit(facts: Facts) -> Sequence[Verdict]:
    """A shell that nobody uses ends (TMOUT)."""
    section = facts.part["tmout"]
    # The largest one counts: which file is read last depends on the shell.
    found = [float(each) for line in section.texts for each in re.findall(r"\bTMOUT=[\"']?(\d+)", line)]
    if not found:
        if section.denied:
            raise denied(section)
        return [verdict(facts.broken, N_("No profile sets TMOUT: an idle shell stays open for ever."), measured="-")]
    seconds = 0.0 if 0 in found else max(found)
    if not seconds:
        return [verdict(facts.broken, N_("TMOUT=0 lets an idle shell stay open for ever."), measured="0")]
    source = N_("An idle shell ends after {seconds} s (TMOUT).")
    said = verdict(at_most(seconds, facts.limits), source, "", f"{seconds:g}", seconds=f"{seconds:g}")
    return [_against(said, high(facts.limits), "tmout_s", seconds, "s", facts)]


def _against(said: Verdict, expected: Sentence, name: str, value: float, unit: str, facts: Facts) -> Verdict:
    return replace(said, expected=expected, metrics=metric(name, value, unit, facts.limits))


def _accounts(part: Sections) -> list[tuple[str, str, str, str]]:
    """(name, "empty" or "set", UID, shell). Raises NotKnown when nobody can read them."""
    section = part["passwd"]
    if section.denied:
        raise denied(section)
    rows = []
    for line in section.texts:
        name, state, uid, shell = line.split(":", 3)
        rows.append((name, state, uid, shell))
    if not rows:
        raise NotKnown(Sentence(N_("/etc/passwd shows no accounts.")))
    return rows


def _active(section: Section) -> list[str]:
    return [line for line in section.texts if not line.lstrip().startswith("#")]


def _pairs(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        words = line.split()
        if len(words) >= 2:
            yield words[0], words[1]


def _assignments(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        key, sign, value = line.partition("=")
        if sign:
            yield key.strip(), value.split("#")[0].strip()
