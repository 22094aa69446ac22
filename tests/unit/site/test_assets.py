"""The asset list."""

import csv
import io
from dataclasses import replace

from console.model.site import Host, Site
from console.resources import resource
from console.site.assets import COLUMNS, assets, assets_csv
from console.site.reading import load_site


def test_everything_of_the_site_that_can_be_pointed_at_is_listed() -> None:
    site = load_site(resource("examples/site.toml"))
    rows = [asset.cells for asset in assets(site)]
    assert [row[1] for row in rows] == ["pacs-a", "pacs-b", "ris", "archive", "his", "viewer-web", "reading-1"]
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert rows[2][3:5] == ("127.0.0.1:5432", "postgresql")
    assert rows[3][3] == "CATHPACS@127.0.0.1:11112"
    assert rows[-1][4:] == ("EIZO RX370, NVIDIA T400", "12345678", "导管室 1 控制间, ws-1", "diagnostic", "2026-12-31")


def test_a_sheet_opens_it_and_calculates_nothing() -> None:
    site = load_site(resource("examples/site.toml"))
    evil = replace(site.hosts[0], name='=cmd|"/c calc"!A1', role="two\nlines")
    rows = list(csv.reader(io.StringIO(assets_csv(replace(site, hosts=(evil,))))))
    assert len(rows) == 7
    assert rows[1][2] == '\'=cmd|"/c calc"!A1'
    assert rows[1][7] == "two lines"


def test_an_empty_site_has_an_empty_list() -> None:
    assert assets(Site("x")) == ()
    assert len(assets(Site("x", hosts=(Host("a"),)))) == 1
