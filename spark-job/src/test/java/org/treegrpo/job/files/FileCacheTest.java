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

  private Path fetch(String scheme, Path source, String content) throws IOException {
    return cache().fetch(scheme + "://" + source, Sha256.of(content), hadoop());
  }

  @Test
  void aRemoteFileIsFetchedOnceAndAgainWhenItChanges() throws IOException {
    Path source = source("one");
    Path first = fetch("remote", source, "one");
    assertThat(first).as("the copy").hasContent("one").isNotEqualTo(source).hasFileName("source");
    Path second = fetch("remote", source, "one");
    assertThat(second).as("the same copy").isEqualTo(first);
    try (Stream<Path> files = Files.walk(directory.resolve("cache"))) {
      assertThat(files)
          .as("no part is left")
          .noneMatch(path -> path.toString().contains("partial"));
    }
    source("another");
    assertThat(fetch("remote", source, "another")).as("what is there now").hasContent("another");
  }

  @Test
  void aFileOfThisHostIsUsedWhereItLies() throws IOException {
    Path source = source("one");
    assertThat(fetch("file", source, "one")).isEqualTo(source);
    assertThat(directory.resolve("cache")).as("no copy").doesNotExist();
  }

  @Test
  void otherContentThanTheDriversIsRefused() throws IOException {
    Path source = source("one");
    assertThatThrownBy(() -> fetch("remote", source, "two"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("must hold what the driver has read")
        .hasMessageContaining(Sha256.of("one"));
  }

  @Test
  void aFileThatThisHostDoesNotSeeIsRefused() throws IOException {
    Path missing = directory.resolve("source");
    assertThatThrownBy(() -> fetch("file", missing, "one"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("must be readable on every host");
  }

  @Test
  void aDirectoryThatOthersCanWriteIsRefused() throws IOException {
    Path source = source("one");
    Path copies = fetch("remote", source, "one").getParent().getParent();
    Files.setPosixFilePermissions(copies, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(() -> fetch("remote", source, "one"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("must be a directory of this user")
        .hasMessageContaining("treegrpo.policy.cache-dir");
  }
}
