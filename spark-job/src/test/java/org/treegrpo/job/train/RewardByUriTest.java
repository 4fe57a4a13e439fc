package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.core.tensor.ScriptModule;
import org.treegrpo.core.tensor.TorchScriptArchive;

/** A reward model on a file system of the cluster: driver and executors fetch it. */
class RewardByUriTest {

  @TempDir Path directory;
  private TinyRun run;

  @BeforeEach
  void write() throws IOException {
    run = new TinyRun(directory);
    Files.createDirectory(directory.resolve("models"));
    TorchScriptArchive.write(
        new ScriptModule(
            "Reward",
            "def forward(self, images: Tensor) -> Tensor:\n  return torch.mean(images, [1, 2, 3])"),
        directory.resolve("models/mean.pt"));
  }

  /** Hadoop keeps a file system by its name for the life of a JVM. */
  private String cluster() {
    return directory.getFileName().toString();
  }

  private CommandLineRun train(String name, String path, String device) throws IOException {
    String models = directory.resolve("models").toUri().toString();
    String mount = "fs.viewfs.mounttable.%s.link./models".formatted(cluster());
    Configuration driver = new Configuration();
    driver.set(mount, models);
    SparkConf spark = TinyRun.spark("local[2]").set("spark.hadoop." + mount, models);
    String reward =
        "{name = mean, type = torchscript, options {path = \"%s\", device = %s}}"
            .formatted(path, device);
    List<String> arguments =
        new ArrayList<>(List.of("train", "--config", run.configFile(name).toString()));
    for (String setting :
        List.of(
            "rounds=2",
            "policy.cache-dir=" + directory.resolve("cache"),
            "rewards=[" + reward + "]")) {
      arguments.addAll(List.of("--set", "treegrpo." + setting));
    }
    return CommandLineRun.of(directory, spark, driver, arguments.toArray(String[]::new));
  }

  @Test
  void itsRunIsThatOfALocalFile() throws IOException {
    train("near", directory.resolve("models/mean.pt").toString(), "cpu").assertDone();
    train("far", "viewfs://%s/models/mean.pt".formatted(cluster()), "cpu").assertDone();
    assertThat(run.digests("far")).as("weights").hasSize(2).isEqualTo(run.digests("near"));
    assertThat(Files.readString(directory.resolve("far/run.json")))
        .as("its digest is kept")
        .contains("rewards.mean.options.path");
    try (Stream<Path> files = Files.walk(directory.resolve("cache"))) {
      assertThat(files.filter(file -> file.endsWith("mean.pt")))
          .as("copies on this host")
          .hasSize(1);
    }
  }

  @Test
  void aPictureIsDrawnWithoutIt() throws IOException {
    Path reward = directory.resolve("models/mean.pt");
    train("gone", reward.toString(), "cpu").assertDone();
    Files.delete(reward);
    Path picture = directory.resolve("picture.png");
    CommandLineRun.of(
            directory,
            "sample",
            "--run-dir",
            directory.resolve("gone").toString(),
            "--prompt",
            "ab",
            "--out",
            picture.toString())
        .assertDone();
    assertThat(picture).isNotEmptyFile();
  }

  @Test
  void aGpuThatSparkAssignsIsNamedWhereThereIsNone() throws IOException {
    train("gpu", directory.resolve("models/mean.pt").toString(), "gpu")
        .assertFailed("treegrpo.rewards, 'mean': option device = gpu: an executor must have a GPU");
  }
}
