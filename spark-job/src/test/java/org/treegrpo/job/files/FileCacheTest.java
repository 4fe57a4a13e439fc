package org.treegrpo.job.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.core.base.Sha256;

class FileCacheTest {

  @TempDir Path directory;

  /** A file system that is not this host's disk, as its name says. */
  public static final class Remote extends RawLocalFileSystem {
    @Override
    public URI getUri() {
      return URI.create("remote:///");
    }

    @Override
    public String getScheme() {
      return "remote";
    }
  }

  private static Configuration hadoop() {
    Configuration hadoop = new Configuration();
    hadoop.setClass("fs.remote.impl", Remote.class, org.apache.hadoop.fs.FileSystem.class);
    return hadoop;
  }

  private FileCache cache() {
    return new FileCache(directory.resolve("cache").toString());
  }

  private Path source(String content) throws IOException {
    return Files.writeString(directory.resolve("source"), content);
  }

  private static PolicyFile file(String scheme, Path source, String sha256) throws IOException {
    return new PolicyFile(
        "network.pt", scheme + "://" + source, Files.size(source), sha256, new byte[0]);
  }

  @Test
  void aRemoteFileIsFetchedOnceAndAgainWhenItChanges() throws IOException {
    Path source = source("one");
    PolicyFile file = file("remote", source, Sha256.of("one"));
    Path first = cache().fetch(file, hadoop());
    assertThat(first).as("the copy").hasContent("one").isNotEqualTo(source);
    Path second = cache().fetch(file, hadoop());
    assertThat(second).as("the same copy").isEqualTo(first);
    try (Stream<Path> files = Files.walk(directory.resolve("cache"))) {
      assertThat(files)
          .as("no part is left")
          .noneMatch(path -> path.toString().contains("partial"));
    }
    source("another");
    assertThat(cache().fetch(file("remote", source, Sha256.of("another")), hadoop()))
        .as("what is there now")
        .hasContent("another");
  }

  @Test
  void aFileOfThisHostIsUsedWhereItLies() throws IOException {
    Path source = source("one");
    assertThat(cache().fetch(file("file", source, Sha256.of("one")), hadoop())).isEqualTo(source);
    assertThat(directory.resolve("cache")).as("no copy").doesNotExist();
  }

  @Test
  void otherContentThanTheDriversIsRefused() throws IOException {
    assertThatThrownBy(
            () -> cache().fetch(file("remote", source("one"), Sha256.of("two")), hadoop()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("must hold what the driver has read")
        .hasMessageContaining(Sha256.of("one"));
  }

  @Test
  void aFileThatThisHostDoesNotSeeIsRefused() throws IOException {
    PolicyFile file = file("file", source("one"), Sha256.of("one"));
    Files.delete(directory.resolve("source"));
    assertThatThrownBy(() -> cache().fetch(file, hadoop()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("must be readable on every host");
  }

  @Test
  void aDirectoryThatOthersCanWriteIsRefused() throws IOException {
    PolicyFile file = file("remote", source("one"), Sha256.of("one"));
    Path copies = cache().fetch(file, hadoop()).getParent();
    Files.setPosixFilePermissions(copies, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(() -> cache().fetch(file, hadoop()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("must be a directory of this user")
        .hasMessageContaining("treegrpo.policy.cache-dir");
  }
}
