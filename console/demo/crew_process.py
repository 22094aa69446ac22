"""A process of the crew that builds the practice site: items come in, frame counts and finished files go out."""

import pickle
import sys


def main() -> None:
    """Serve until the other end closes; it dies with whoever started it, at its next frame."""
    from console.demo.make import make

    source, answers = sys.stdin.buffer, sys.stdout.buffer
    # Nothing that a library prints may get between the answers.
    sys.stdout = sys.stderr

    def tick(number: int) -> None:
        pickle.dump(number, answers)
        answers.flush()

    while True:
        try:
            item = pickle.load(source)
        except EOFError:
            return
        pickle.dump(make(item, tick), answers)
        answers.flush()


if __name__ == "__main__":
    main()
