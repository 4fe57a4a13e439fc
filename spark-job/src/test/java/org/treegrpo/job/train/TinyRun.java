package org.treegrpo.job.train;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.treegrpo.core.policy.LatentShape;
import org.treegrpo.core.policy.Policies;
import org.treegrpo.core.policy.Policy;
import org.treegrpo.core.policy.PolicyDirectory;
import org.treegrpo.core.policy.PolicySpec;
import org.treegrpo.core.policy.PolicyWeights;
import org.treegrpo.core.process.Prediction;
import org.treegrpo.job.cluster.SparkSettings;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.metrics.MetricsLog;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.settings.SettingsLoader;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.Use;

/** A whole training run that takes a second: a tiny network that draws 8 x 12 pixels. */
public final class TinyRun {

  private final Path directory;

  public TinyRun(Path directory) throws IOException {
    this.directory = directory;
    writePolicy(directory.resolve("policy"));
    writePrompts(directory.resolve("train.jsonl"), "ab", "bc", "cab", "abc", "ca", "bb");
    writePrompts(directory.resolve("held-out.jsonl"), "ba", "cb", "acb");
  }

  /** Settings of a run into a directory of the given name. */
  TrainSettings settings(String runDir, String... overrides) {
    return new SettingsLoader(reward -> List.of())
        .parse(hocon(runDir), "test", List.of(overrides), Use.TRAIN);
  }

  /** The same as a configuration file, for a process of its own. */
  public Path configFile(String runDir) throws IOException {
    return Files.writeString(directory.resolve(runDir + ".conf"), hocon(runDir));
  }

  private String hocon(String runDir) {
    return """
        treegrpo {
          seed = 7
          rounds = 3
          run-dir = "%1$s/%2$s"
          policy { path = "%1$s/policy", guidance.scale = 1.5 }
          prompts { train = "%1$s/train.jsonl", evaluation = "%1$s/held-out.jsonl" }
          sampler.steps = 5
          tree { branching = 2, width = 2, prompts-per-round = 3, trees-per-prompt = 2 }
          update.micro-batch = 3
          optimizer.learning-rate = 1e-3
          rewards = [
            { name = size, type = jpeg-compressibility, time-limit-seconds = 3600 }
            { name = detail, type = jpeg-incompressibility, time-limit-seconds = 3600, weight = 0 }
          ]
          evaluation { steps = 4, images-per-prompt = 2 }
          checkpoint { every = 1, keep = 10 }
          audit.every = 1
        }
        """
        .formatted(directory, runDir);
  }

  public void train(String master, String runDir, String... overrides) throws IOException {
    train(spark(master), runDir, overrides);
  }

  void train(SparkConf spark, String runDir, String... overrides) throws IOException {
    TrainingRun.train(settings(runDir, overrides), spark, new Configuration(), System.out);
  }

  public void resume(String master, String runDir, String... overrides) throws IOException {
    TrainingRun.resume(settings(runDir, overrides), spark(master), new Configuration(), System.out);
  }

  /** The weights after every round. */
  public List<String> digests(String runDir) throws IOException {
    List<String> digests = new ArrayList<>();
    for (RoundMetrics metrics : rounds(runDir)) {
      digests.add(metrics.weightsSha256());
    }
    return digests;
  }

  List<RoundMetrics> rounds(String runDir) throws IOException {
    RunDirectory run = RunDirectory.of(directory.resolve(runDir).toString(), new Configuration());
    return MetricsLog.open(run.fs(), run.root()).rounds();
  }

  public Path resolve(String name) {
    return directory.resolve(name);
  }

  public static SparkConf spark(String master) {
    SparkConf conf =
        new SparkConf()
            .setMaster(master)
            .set("spark.executor.extraClassPath", System.getProperty("java.class.path"))
            .set(
                "spark.executor.extraJavaOptions",
                "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dai.djl.offline=true");
    SparkSettings.apply(conf);
    return conf;
  }

  private static void writePolicy(Path target) throws IOException {
    PolicySpec spec =
        new PolicySpec(
            PolicySpec.Type.BUILT_IN,
            "policy.safetensors",
            new LatentShape(3, 8, 12),
            Prediction.FLOW_VELOCITY,
            Optional.empty(),
            List.of(new PolicySpec.ConditioningInput("characters", List.of(3))),
            Optional.empty(),
            Optional.of(new PolicySpec.NetworkSpec(4, 16, 2, 2, "abc", 4)));
    Files.createDirectories(target);
    try (Policy policy = Policies.builtIn(spec, 1);
        OutputStream out = Files.newOutputStream(target.resolve(spec.file()))) {
      float[] weights = new float[policy.parameters().size()];
      policy.readWeights(weights);
      SplittableRandom random = new SplittableRandom(2);
      for (int i = 0; i < weights.length; i++) {
        weights[i] += (float) (0.1 * random.nextGaussian());
      }
      PolicyWeights.write(out, policy.parameters(), weights, Map.of());
    }
    PolicyDirectory.write(target, spec);
  }

  private static void writePrompts(Path file, String... words) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String word : words) {
      lines.add("{\"id\": \"word-%1$s\", \"text\": \"%1$s\"}".formatted(word));
    }
    Files.write(file, lines);
  }
}
