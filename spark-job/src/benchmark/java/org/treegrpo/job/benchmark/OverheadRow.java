package org.treegrpo.job.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.SparkContext;
import org.treegrpo.core.policy.LatentShape;
import org.treegrpo.core.policy.PolicyDirectory;
import org.treegrpo.core.policy.PolicySpec;
import org.treegrpo.core.process.Prediction;
import org.treegrpo.core.tensor.ScriptModule;
import org.treegrpo.core.tensor.TorchScriptArchive;
import org.treegrpo.job.spark.BlockRdd;

/**
 * What a round costs beyond two empty Spark jobs when policy and reward cost nothing: a network of
 * one multiplication and a reward that reads one pixel. The quick start's trees, audit and
 * checkpoints. The empty jobs run in the same context, between the rounds.
 */
final class OverheadRow implements Row {

  private static final int WARM_UP = 10;
  private static final int ROUNDS = 60;

  @Override
  public List<Finding> measure(Bench bench) throws Exception {
    Path policy = bench.scratch().resolve("free-policy");
    writePolicy(policy);
    List<Finding> findings = new ArrayList<>();
    findings.add(measure(bench, policy, "local[2]", 2, 100));
    findings.add(measure(bench, policy, "local-cluster[2,1,2048]", 2, 200));
    return findings;
  }

  private static Finding measure(
      Bench bench, Path policy, String master, int slots, double limitMillis) throws IOException {
    Clock clock = new Clock(slots);
    TrainingRounds.of(
        bench,
        master,
        RoundTap.of(clock),
        List.of(
            "treegrpo.rounds=" + (WARM_UP + ROUNDS + 1),
            "treegrpo.policy.path=\"" + policy + "\"",
            "treegrpo.rewards=[{name=free, type=%s}]".formatted(WaitingRewardProvider.TYPE)));
    List<Double> beyond = new ArrayList<>();
    for (int i = 0; i < clock.rounds.size(); i++) {
      beyond.add(clock.rounds.get(i) - clock.emptyJobs.get(i));
    }
    double mean = beyond.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    return Finding.of(
        "A round beyond two empty jobs, nothing to compute, " + master,
        Bar.atMost(limitMillis, "%.0f ms"),
        Spread.of(beyond),
        String.format(
            Locale.ROOT,
            "round %s ms, two empty jobs %s ms; mean of the difference %.0f ms",
            Spread.of(clock.rounds).format("%.0f"),
            Spread.of(clock.emptyJobs).format("%.0f"),
            mean));
  }

  private static void writePolicy(Path directory) throws IOException {
    Files.createDirectories(directory);
    PolicySpec spec =
        new PolicySpec(
            PolicySpec.Type.TORCHSCRIPT,
            "policy.pt",
            new LatentShape(3, 4, 4),
            Prediction.FLOW_VELOCITY,
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Optional.empty());
    ScriptModule module =
        new ScriptModule(
            "Gain",
            """
            def forward(self,
                latent: Tensor,
                timestep: Tensor) -> Tensor:
              return torch.mul(latent, self.gain)
            """);
    module.parameter("gain", new float[] {1}, 1);
    TorchScriptArchive.write(module, directory.resolve(spec.file()));
    PolicyDirectory.write(directory, spec);
  }

  /** Times the rounds, and after each of them two empty jobs; milliseconds. */
  private static final class Clock implements RoundTap.Listener {

    private final int slots;
    private final List<Double> rounds = new ArrayList<>();
    private final List<Double> emptyJobs = new ArrayList<>();
    private int seen;
    private long start;

    Clock(int slots) {
      this.slots = slots;
    }

    @Override
    public void printed(String line) {
      long end = System.nanoTime();
      if (line.startsWith("round")) {
        seen++;
        emptyJob();
        emptyJob();
        double empty = (System.nanoTime() - end) * 1e-6;
        if (seen > WARM_UP && seen <= WARM_UP + ROUNDS) {
          rounds.add((end - start) * 1e-6);
          emptyJobs.add(empty);
        }
      }
      start = System.nanoTime();
    }

    private void emptyJob() {
      BlockRdd.<String>run(
          SparkContext.getOrCreate(),
          "benchmark",
          "empty",
          slots,
          Collections.nCopies(slots, ""),
          (block, task) -> "");
    }
  }
}
