"""What Debian's ruby-grpc carries: gRPC's interop client in Ruby, and gRPC's test certificate."""

import functools
import pathlib
import subprocess

# Debian's, whatever the PATH says: it is the one that has the gem.
RUBY = "/usr/bin/ruby"
# A name that the certificate is good for; it is for no name or address of this machine.
SERVER_NAME = "foo.test.google.fr"


@functools.cache
def ruby_grpc() -> pathlib.Path:
    """The folder of gRPC's Ruby sources."""
    found = subprocess.run(
        [RUBY, "-e", 'puts Gem::Specification.find_by_name("grpc").gem_dir'],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return pathlib.Path(found.stdout.strip()) / "src" / "ruby"


def certificate_file(name: str) -> pathlib.Path:
    """A file of gRPC's test certificate: `ca.pem`, `server1.pem` or `server1.key`."""
    return ruby_grpc() / "spec" / "testdata" / name
