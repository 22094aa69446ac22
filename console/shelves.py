"""The studies behind the screens: files of what the index knows, taking in, handing on.

Nothing here touches what is indexed; work that lasts is done in processes of its own.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from console.errors import ConsoleError, DicomReadError
from console.i18n import _
from console.model.export import Drive, ExportItem, ExportOptions, ExportPlan, ExportReport
from console.model.progress import Progress
from console.model.studies import IndexReport, InstanceLine, StudyLine
from console.studies.archive import file_of, sweep_cache
from console.studies.database import open_index
from console.studies.export.drives import drives
from console.studies.export.job import ExportJob as ExportJob
from console.studies.export.plan import plan_export
from console.studies.job import IndexJob as IndexJob
from console.studies.library import Library


class Shelves:
    """What may be asked of the studies. Every call but the two that start jobs may block: not from the event loop."""

    def __init__(self, home: Path) -> None:
        self.home = home
        """The home folder that holds the index."""

    def sweep(self) -> None:
        """Drop what was unpacked out of zip files the last time."""
        sweep_cache(self.home)

    def file_of(self, line: InstanceLine) -> Path:
        """A file that can be opened; a member of a zip file is unpacked first. Raises DicomReadError."""
        return file_of(self.home, line.folder, line.name)

    def real_file(self, path: Path) -> Path:
        """`path`, or where it leads into a zip file: the member, unpacked. Raises DicomReadError."""
        if os.path.lexists(path):
            return path
        for above in path.parents:
            if above.is_file():
                return file_of(self.home, str(above), path.relative_to(above).as_posix())
        return path

    def instance_file(self, instance: int) -> Path:
        """The file of the object with this id of the index. Raises DicomReadError, StoreError."""
        with closing(Library(self.home)) as library:
            line = library.instance(instance)
        if line is None:
            raise DicomReadError(_("No picture"), _("The object is not in the index any more."))
        return self.file_of(line)

    def places(self) -> tuple[Path, ...]:
        """The folders, files and media that were taken in. Raises StoreError."""
        with closing(open_index(self.home, read_only=True)) as index:
            return tuple(Path(os.fsdecode(path)) for (path,) in index.execute("SELECT path FROM root ORDER BY path"))

    def start_indexing(
        self,
        paths: Sequence[Path],
        on_progress: Callable[[Progress], None],
        on_done: Callable[[IndexReport | ConsoleError], None],
    ) -> IndexJob:
        """Read what stands at `paths` into the index; the callbacks come from a thread."""
        job = IndexJob(self.home, paths)
        job.start(on_progress, on_done)
        return job

    def drives(self) -> tuple[Drive, ...]:
        """Where studies can be copied to."""
        return drives()

    def plan_export(self, studies: Sequence[StudyLine], target: Path, options: ExportOptions) -> ExportPlan:
        """What would go where. Writes nothing but members of zip files into the home folder. Raises ConsoleError."""
        items = []
        with closing(Library(self.home)) as library:
            for study in studies:
                for series in library.series(study.id):
                    for line in library.instances(series.id):
                        items.append(
                            ExportItem(
                                path=self.file_of(line),
                                patient_key=study.patient_key,
                                study=study.uid,
                                series=series.uid,
                                sop_class=line.sop_class,
                                sop_instance=line.uid,
                                patient_name=study.name,
                                patient_id=study.patient_id,
                                study_date=study.date,
                                study_description=study.description,
                                modality=series.modality,
                                series_number=series.number,
                                series_description=series.description,
                            )
                        )
        return plan_export(items, target, options, roots=self.places())

    def start_export(
        self,
        plan: ExportPlan,
        on_progress: Callable[[Progress], None],
        on_done: Callable[[ExportReport], None],
    ) -> ExportJob:
        """Carry out a plan that was confirmed; the callbacks come from a thread."""
        job = ExportJob(plan)
        job.start(on_progress, on_done)
        return job
