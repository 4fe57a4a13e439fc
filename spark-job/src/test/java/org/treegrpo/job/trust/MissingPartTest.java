package org.treegrpo.job.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.hadoop.util.VersionInfo;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.treegrpo.job.Main;
import org.treegrpo.job.cli.ExitCodes;
import org.treegrpo.job.train.ChildJvm;

/** What a distribution of Spark, or a machine, does not have, seen from the command line. */
class MissingPartTest {

  @TempDir Path directory;
  private Inputs inputs;

  @BeforeEach
  void write() throws IOException {
    inputs = new Inputs(directory);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "run-dir=s3a://bucket/run, treegrpo.run-dir",
    "policy.path=s3a://bucket/policy, treegrpo.policy.path",
    "prompts.train=s3a://bucket/train.jsonl, treegrpo.prompts.train",
    "policy.conditioning-file=s3a://bucket/c.safetensors, treegrpo.policy.conditioning-file"
  })
  void aFileSystemThatSparkDoesNotComeWithSaysWhatToAdd(String override, String key)
      throws IOException {
    inputs
        .train(override)
        .assertRefused(
            key + ": ",
            "Spark does not come with the file system of s3a://",
            "--spark --packages org.apache.hadoop:hadoop-aws:" + VersionInfo.getVersion());
  }

  @Test
  void theManualNamesTheVersionOfHadoopThatSparkComesWith() throws IOException {
    assertThat(Files.readString(Path.of("../docs/CONFIGURATION.md")))
        .as("what to add for s3a")
        .contains("org.apache.hadoop:hadoop-aws:" + VersionInfo.getVersion());
  }

  @Test
  void fontsThatAreNotThereAreNamed() throws IOException, InterruptedException {
    String withoutFonts =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> !Path.of(entry).getFileName().toString().contains("fonts"))
            .collect(Collectors.joining(File.pathSeparator));
    Path output = inputs.file("output");
    Process process =
        ChildJvm.start(
            output,
            List.of(),
            List.of("-Djava.awt.headless=true"),
            withoutFonts,
            Main.class,
            List.of(inputs.arguments("pretrain", "pretrain.letters=3", "pretrain.steps=1")));
    assertThat(process.waitFor()).as("exit code").isEqualTo(ExitCodes.BAD_INPUT);
    assertThat(Files.readString(output))
        .as("one message")
        .contains("treegrpo: typeface DEJAVU_SANS: must be on the class path")
        .doesNotContain("please report", "\tat ");
    assertThat(inputs.file("run")).as("nothing is written").doesNotExist();
  }
}
