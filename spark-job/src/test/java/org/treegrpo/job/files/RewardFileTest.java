package org.treegrpo.job.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.core.base.Sha256;
import org.treegrpo.reward.RewardDefinition;

class RewardFileTest {

  @TempDir Path directory;

  private FileCache cache() {
    return new FileCache(directory.resolve("cache").toString());
  }

  /** A file system that is not this host's disk, and whose files have other paths. */
  private Configuration hadoop() {
    Configuration hadoop = new Configuration();
    hadoop.set(
        "fs.viewfs.mounttable.%s.link./models".formatted(cluster()), directory.toUri().toString());
    return hadoop;
  }

  /** Hadoop keeps a file system by its name for the life of a JVM. */
  private String cluster() {
    return directory.getFileName().toString();
  }

  private String uri(String name) {
    return "viewfs://%s/models/%s".formatted(cluster(), name);
  }

  private static RewardDefinition reward(Map<String, String> options) {
    return new RewardDefinition("judge", "any", 1, Duration.ofSeconds(1), options);
  }

  @Test
  void aUriIsACopyAndAPathStaysWhatItIs() throws IOException {
    Files.writeString(directory.resolve("judge.pt"), "weights");
    Path here = Files.writeString(directory.resolve("words"), "text");
    RewardDefinition reward =
        reward(
            Map.of(
                "path",
                uri("judge.pt"),
                "words-file",
                here.toString(),
                "other-path",
                "no file at all",
                "device",
                "cpu"));
    List<RewardFile> files = RewardFile.of(reward, cache(), hadoop());
    assertThat(files)
        .as("those that are files")
        .containsExactly(
            new RewardFile("judge", "path", uri("judge.pt"), Sha256.of("weights")),
            new RewardFile("judge", "words-file", "file://" + here, Sha256.of("text")));
    RewardDefinition local = RewardFile.local(reward, files, cache(), hadoop());
    assertThat(Path.of(local.option("path", "")))
        .as("on this host's disk, under its own name")
        .hasFileName("judge.pt")
        .hasContent("weights")
        .startsWith(directory.resolve("cache"));
    assertThat(local.option("words-file", "")).isEqualTo(here.toString());
    assertThat(local.option("other-path", "")).isEqualTo("no file at all");
    assertThat(local.option("device", "")).isEqualTo("cpu");
  }

  @Test
  void whatIsNotTheDriversFileIsRefused() throws IOException {
    Path file = Files.writeString(directory.resolve("judge.pt"), "weights");
    RewardDefinition reward = reward(Map.of("path", file.toString()));
    List<RewardFile> files = RewardFile.of(reward, cache(), hadoop());
    Files.writeString(file, "of another host");
    assertThatThrownBy(() -> RewardFile.local(reward, files, cache(), hadoop()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("reward 'judge': option 'path'")
        .hasMessageContaining("must hold what the driver has read")
        .hasMessageContaining(Sha256.of("of another host"));
  }

  @Test
  void aUriThatLeadsNowhereIsNamedWithItsOption() {
    RewardDefinition reward = reward(Map.of("path", uri("none.pt")));
    assertThatThrownBy(() -> RewardFile.of(reward, cache(), hadoop()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("treegrpo.rewards, 'judge': option 'path'")
        .hasMessageContaining(uri("none.pt"));
  }
}
