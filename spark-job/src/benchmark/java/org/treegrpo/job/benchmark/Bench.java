package org.treegrpo.job.benchmark;

import java.nio.file.Path;
import java.util.List;

/**
 * Where and how thoroughly a benchmark runs.
 *
 * @param root the checkout, for its {@code conf} directory and launcher
 * @param scratch an empty directory
 * @param repetitions pairs of measurements
 * @param rounds rounds of a training run that are measured, after its first ones
 */
record Bench(Path root, Path scratch, int repetitions, int rounds) {

  /**
   * What makes the quick start a plain TreeGRPO: neither anchor nor shorter tail, so that rounds
   * compare with those of other methods, of other programs, and of earlier versions.
   */
  static final List<String> PLAIN =
      List.of(
          "treegrpo.update.late-anchor.beta=0",
          "treegrpo.sampler.tail=same",
          "treegrpo.optimizer.learning-rate=2e-4");

  Path quickStart() {
    return root.resolve("conf/quickstart.conf");
  }

  Path policy() {
    return root.resolve("conf/spelling/policy");
  }
}
