package org.treegrpo.job.benchmark;

import java.nio.file.Path;

/**
 * Where and how thoroughly a benchmark runs.
 *
 * @param root the checkout, for its {@code conf} directory and launcher
 * @param scratch an empty directory
 * @param repetitions pairs of measurements
 * @param rounds rounds of a training run that are measured, after its first ones
 */
record Bench(Path root, Path scratch, int repetitions, int rounds) {

  Path quickStart() {
    return root.resolve("conf/quickstart.conf");
  }

  Path policy() {
    return root.resolve("conf/spelling/policy");
  }
}
