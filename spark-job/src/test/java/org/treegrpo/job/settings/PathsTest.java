package org.treegrpo.job.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PathsTest {
  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    Files.createDirectories(directory.resolve("shared"));
    Files.writeString(
        directory.resolve("shared/prompts.conf"),
        "treegrpo.prompts { train = train.jsonl, evaluation = \"hdfs://host/held-out.jsonl\" }");
    file = directory.resolve("run.conf");
    Files.writeString(
        file,
        """
        include "shared/prompts.conf"
        treegrpo {
          run-dir = runs/one
          policy.path = ../policy
          rewards = [ { name = a, type = x, options {
            path = model.pt, vocabulary-file = /abs/words.txt, profile = fast } } ]
        }
        """);
  }

  @Test
  void inputsStartAtTheFileThatDefinesThem() {
    TrainSettings settings = Loading.loader().load(file, List.of(), Use.TRAIN);
    assertThat(settings.policy().path())
        .as("beside the configuration's directory")
        .isEqualTo(directory.resolveSibling("policy").toString());
    assertThat(settings.prompts().train())
        .as("in the directory of the included file")
        .isEqualTo(directory.resolve("shared/train.jsonl").toString());
    assertThat(settings.rewards().get(0).options())
        .as("options that are paths, and others")
        .containsEntry("path", directory.resolve("model.pt").toString())
        .containsEntry("vocabulary-file", "/abs/words.txt")
        .containsEntry("profile", "fast");
  }

  @Test
  void urisAreLeftAsTheyAre() {
    TrainSettings settings =
        Loading.loader().load(file, List.of("treegrpo.run-dir=s3a://bucket/run"), Use.TRAIN);
    assertThat(settings.prompts().evaluation())
        .as("in a file")
        .isEqualTo("hdfs://host/held-out.jsonl");
    assertThat(settings.runDir()).as("in --set").isEqualTo("s3a://bucket/run");
  }

  @Test
  void theRunDirectoryAndOverridesStartAtTheCurrentDirectory() {
    TrainSettings settings =
        Loading.loader().load(file, List.of("treegrpo.policy.path=here/policy"), Use.TRAIN);
    assertThat(settings.runDir())
        .as("output")
        .isEqualTo(Path.of("runs/one").toAbsolutePath().toString());
    assertThat(settings.policy().path())
        .as("--set")
        .isEqualTo(Path.of("here/policy").toAbsolutePath().toString());
  }

  @Test
  void anEmptyPathStaysEmpty() {
    TrainSettings settings = Loading.loader().load(file, List.of(), Use.TRAIN);
    assertThat(settings.policy().conditioningFile()).as("not given").isEmpty();
  }
}
