package org.treegrpo.job.benchmark;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.treegrpo.job.cluster.SparkSettings;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.metrics.MetricsLog;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.train.TrainingRun;

/**
 * Whole training runs, and the rounds of them that count: not the first ones, in which classes are
 * compiled and shares are checked, nor the last, which draws pictures and writes a checkpoint.
 */
final class TrainingRounds {

  /** Rounds before the ones that count. */
  static final int WARM_UP = 2;

  private final List<RoundMetrics> counted;

  private TrainingRounds(List<RoundMetrics> counted) {
    this.counted = counted;
  }

  /**
   * Trains the {@linkplain Bench#PLAIN plain} quick start in a new run directory.
   *
   * @param changes {@code treegrpo.key=value} on top of the configuration
   * @param out receives the progress line of each round
   */
  static TrainingRounds of(Bench bench, String master, PrintStream out, List<String> changes)
      throws IOException {
    List<String> all = new ArrayList<>(Bench.PLAIN);
    all.addAll(changes);
    return ofQuickStart(bench, master, out, all);
  }

  /** The same with the quick start as it is shipped. */
  static TrainingRounds ofQuickStart(
      Bench bench, String master, PrintStream out, List<String> changes) throws IOException {
    Path runDir = Files.createTempDirectory(bench.scratch(), "run").resolve("it");
    List<String> all =
        new ArrayList<>(
            List.of(
                "treegrpo.rounds=" + (WARM_UP + bench.rounds() + 1),
                "treegrpo.optimizer.warm-up-steps=0",
                "treegrpo.evaluation.every=0",
                "treegrpo.evaluation.prompts=1",
                "treegrpo.report.prompts=1"));
    all.addAll(changes);
    TrainSettings settings = QuickStartModel.settings(bench.quickStart(), runDir, all);
    TrainingRun.train(settings, spark(master), new Configuration(), out);
    RunDirectory directory = RunDirectory.of(runDir.toString(), new Configuration());
    List<RoundMetrics> rounds = MetricsLog.open(directory.fs(), directory.root()).rounds();
    return new TrainingRounds(List.copyOf(rounds.subList(WARM_UP, rounds.size() - 1)));
  }

  List<RoundMetrics> counted() {
    return counted;
  }

  double mean(ToDoubleFunction<RoundMetrics> figure) {
    return counted.stream().mapToDouble(figure).average().orElseThrow();
  }

  /** Wall seconds of a round on average. */
  double seconds() {
    return mean(round -> round.seconds().total());
  }

  /** A stream for progress lines that nobody reads. */
  static PrintStream silent() {
    return new PrintStream(PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8);
  }

  static SparkConf spark(String master) {
    SparkConf conf =
        new SparkConf()
            .setMaster(master)
            .set("spark.executor.extraClassPath", System.getProperty("java.class.path"))
            .set("spark.executor.defaultJavaOptions", "-Dai.djl.offline=true");
    for (String name :
        List.of(
            "OPT_OUT_TRACKING",
            "OMP_NUM_THREADS",
            "OMP_WAIT_POLICY",
            "MALLOC_MMAP_THRESHOLD_",
            "MALLOC_TRIM_THRESHOLD_")) {
      conf.set("spark.executorEnv." + name, System.getenv(name));
    }
    if (master.startsWith("local-cluster")) {
      conf.set("spark.executor.memory", master.replaceAll(".*,(\\d+)\\]", "$1m"));
    }
    SparkSettings.apply(conf);
    if (master.startsWith("local-cluster")) {
      conf.set("spark.plugins", conf.get("spark.plugins") + "," + OneCorePlugin.class.getName());
    }
    return conf;
  }
}
