"""reportlab's settings while it writes."""

import os

from reportlab import rl_config


class Settings:
    """reportlab's settings while it writes: photos as they are, the moment of the file as given."""

    def __init__(self, epoch: int) -> None:
        self._epoch = epoch

    def __enter__(self) -> None:
        self._before = (rl_config.useA85, os.environ.get("SOURCE_DATE_EPOCH"))
        rl_config.useA85 = 0
        os.environ["SOURCE_DATE_EPOCH"] = str(self._epoch)

    def __exit__(self, *_error: object) -> None:
        rl_config.useA85, epoch = self._before
        if epoch is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = epoch
