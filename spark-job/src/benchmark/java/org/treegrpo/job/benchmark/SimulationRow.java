package org.treegrpo.job.benchmark;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.api.java.JavaSparkContext;
import org.treegrpo.core.optim.AdamW;
import org.treegrpo.core.optim.AdamWSettings;
import org.treegrpo.core.optim.GradientClip;
import org.treegrpo.job.checkpoint.WeightsDigest;
import org.treegrpo.job.report.LineChart;
import org.treegrpo.job.report.LineChart.Point;
import org.treegrpo.job.report.LineChart.Series;

/**
 * Rounds of 1 to 256 executors, simulated from what the driver's part costs on this machine: chunks
 * of the weights, an executor that installs them, gradients that the driver pulls and adds, the
 * optimiser's step. Executors have work of a fixed mean a round, however many they are; the wire is
 * as fast as here, or as the given network where that is slower.
 */
final class SimulationRow implements Row {

  private static final double NETWORK = 1.25; // GB/s: 10 Gbit/s
  private static final double WORK = 60; // seconds of an executor in a round
  private static final double SPREAD = 0.1; // of them, either way
  private static final int MOST = 256;
  private static final double[] SIZES = {0.01, 0.1, 1};
  private static final String[] COLOURS = {"#3b7dd8", "#d97b29", "#b03060"};

  /** Seconds a GB. */
  private record Costs(double send, double install, double pull, double step) {

    /** What a round takes beside the executors' work. */
    double besides(double size, int executors) {
      double chunks = Math.max(1, size / 4e-3);
      double wire = Math.max(install, 1 / NETWORK);
      double hops = 1 + Math.log(executors) / Math.log(2) / chunks;
      return size * (send + wire * hops + executors * Math.max(pull, 1 / NETWORK) + step);
    }
  }

  @Override
  public List<Finding> measure(Bench bench) throws Exception {
    Costs costs = costs();
    List<Finding> findings = new ArrayList<>();
    LineChart chart =
        new LineChart(640, 260, "executors", value -> "%.0f %%".formatted(value)).include(0);
    for (int i = 0; i < SIZES.length; i++) {
      double size = SIZES[i];
      List<Point> points = new ArrayList<>();
      int half = 0;
      for (int executors = 1; executors <= MOST; executors++) {
        double work = slowest(executors);
        double efficiency = WORK / (work + costs.besides(size, executors));
        points.add(new Point(executors, 100 * efficiency, 0));
        if (half == 0 && costs.besides(size, executors) > WORK) {
          half = executors;
        }
      }
      String name = size < 1 ? "%.0f MB".formatted(1000 * size) : "%.0f GB".formatted(size);
      chart.add(new Series(name, COLOURS[i], false, points));
      findings.add(
          new Finding(
              "Simulated: executors at which the driver takes as long as their work of %.0f s, %s trained"
                  .formatted(WORK, name),
              "",
              half == 0 ? "more than " + MOST : Integer.toString(half),
              "",
              "%.2f s beside the work for 16, %.2f s for 256"
                  .formatted(costs.besides(size, 16), costs.besides(size, MOST))));
    }
    Path plot = bench.root().resolve("docs/scaling.svg");
    Files.writeString(plot, standalone(chart.svg("Executors' time that is work, of a round")));
    findings.add(
        new Finding(
            "Costs of a GB: chunks made, installed, pulled and added, stepped",
            "",
            String.format(
                Locale.ROOT,
                "%.2f, %.2f, %.2f, %.2f s",
                costs.send,
                costs.install,
                costs.pull,
                costs.step),
            "",
            "plot: " + plot));
    return findings;
  }

  /** A round waits for its slowest executor: the mean of the greatest of uniform times. */
  private static double slowest(int executors) {
    return WORK * (1 + SPREAD * (executors - 1) / (executors + 1));
  }

  private static Costs costs() {
    try (JavaSparkContext context =
        new JavaSparkContext(TrainingRounds.spark("local-cluster[2,1,4608]"))) {
      float[] weights = new float[1 << 26];
      double size = weights.length * 4e-9;
      VectorsRow.install(context, weights); // classes are loaded and compiled
      VectorsRow.ordered(context);
      VectorsRow.Installed installed = VectorsRow.install(context, weights);
      VectorsRow.Added added = VectorsRow.ordered(context);
      step(weights);
      return new Costs(
          installed.send() / size,
          installed.install() / size,
          added.pull() / (2 * VectorsRow.GRADIENT * 4e-9),
          step(weights) / size);
    }
  }

  private static double step(float[] weights) {
    AdamW optimizer = new AdamW(new AdamWSettings(0.9, 0.99, 1e-8, 0), weights.length);
    float[] gradient = weights.clone();
    long start = System.nanoTime();
    GradientClip.clip(gradient, 1);
    optimizer.step(weights, gradient, 1e-6);
    WeightsDigest.sha256(weights);
    return (System.nanoTime() - start) * 1e-9;
  }

  private static String standalone(String svg) {
    return svg.replaceFirst(
            "<svg ", "<svg xmlns=\"http://www.w3.org/2000/svg\" font-family=\"sans-serif\" ")
        + "\n";
  }
}
