package org.treegrpo.job.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.core.tensor.ScriptModule;
import org.treegrpo.core.tensor.TorchScriptArchive;
import org.treegrpo.job.train.CommandLineRun;
import org.treegrpo.job.train.TinyRun;

/** An input that the driver's machine has and an executor's has not. */
class DriverOnlyInputTest {

  @TempDir Path directory;
  private Inputs inputs;
  private Path archive;

  @BeforeEach
  void write() throws IOException {
    inputs = new Inputs(directory);
    Path file = inputs.file("mean.pt");
    TorchScriptArchive.write(
        new ScriptModule(
            "Reward",
            "def forward(self, images: Tensor) -> Tensor:\n  return torch.mean(images, [1, 2, 3])"),
        file);
    // A process finds it by way of its own working directory; executors have another one.
    Path here = Path.of("").toRealPath();
    archive =
        Files.createSymbolicLink(
            inputs.file("reward.pt"),
            Path.of("/proc/self/cwd").resolve(here.relativize(file.toRealPath())));
  }

  @Test
  void itIsToldBeforeTheFirstRoundWithHostAndFile() throws IOException {
    Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    String reward = "{ name = mine, type = torchscript, options { path = \"%s\" } }";
    CommandLineRun run =
        inputs.command(
            TinyRun.spark("local-cluster[2,1,1024]"),
            new Configuration(),
            inputs.arguments("train", "rewards=[" + reward.formatted(archive) + "]"));
    run.assertFailed("executor 0 on localhost: reward 'mine'", archive.toString());
    assertThat(run.err()).as("each executor").contains("executor 1 on localhost: reward 'mine'");
    assertThat(run.changed())
        .as("a run that says why it failed, and has not begun")
        .contains("run/result.json")
        .doesNotContain("run/run.json", "run/metrics.jsonl");
  }
}
