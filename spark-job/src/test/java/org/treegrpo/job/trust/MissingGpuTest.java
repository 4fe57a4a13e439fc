package org.treegrpo.job.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.treegrpo.core.tensor.ScriptModule;
import org.treegrpo.core.tensor.TorchScriptArchive;
import org.treegrpo.job.train.TinyRun;

/** A GPU that is asked for and not there. The libtorch of the tests sees none on any machine. */
class MissingGpuTest {

  private static final String GPU = "policy.device=gpu";

  @TempDir Path directory;
  private Inputs inputs;

  @BeforeEach
  void write() throws IOException {
    inputs = new Inputs(directory);
  }

  @ParameterizedTest
  @ValueSource(strings = {"train", "resume", "evaluate"})
  void inLocalModeTheDriverRefuses(String command) throws IOException {
    inputs
        .command(inputs.arguments(command, GPU))
        .assertRefused(
            "treegrpo.policy.device = gpu: this machine must have a GPU", "it sees none");
  }

  @Test
  void aPictureIsNotDrawnElsewhere() throws IOException {
    List<String> sample = new ArrayList<>(List.of(inputs.arguments("sample", GPU)));
    sample.addAll(List.of("--prompt", "ab", "--out", inputs.file("picture.png").toString()));
    inputs
        .command(sample.toArray(String[]::new))
        .assertRefused("treegrpo.policy.device = gpu: an executor must have a GPU");
  }

  @Test
  void aRewardsReasonIsToldByTheRun() throws IOException {
    String source = "def forward(self, images: Tensor) -> Tensor:\n  return images";
    TorchScriptArchive.write(new ScriptModule("Reward", source), inputs.file("reward.pt"));
    String options = "{ path = \"%s\", device = gpu0 }".formatted(inputs.file("reward.pt"));
    inputs
        .train("rewards=[{ name = mine, type = torchscript, options = " + options + " }]")
        .assertFailed("reward 'mine': option 'device' = 'gpu(0)' must be one of the 0 GPUs");
  }

  @Test
  void onAClusterTheExecutorsReasonIsTold() throws IOException {
    Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    inputs
        .command(
            TinyRun.spark("local-cluster[1,1,2048]"),
            new Configuration(),
            inputs.arguments("train", GPU))
        .assertFailed(
            "executor 0 on localhost: treegrpo.policy.device = gpu: an executor must have a GPU");
    assertThat(Files.readString(inputs.file("run/result.json")))
        .as("the same reason, in one line")
        .contains(
            "\"error\" : \"executor 0 on localhost: treegrpo.policy.device = gpu: an executor must")
        .doesNotContain("\\tat ");
  }
}
