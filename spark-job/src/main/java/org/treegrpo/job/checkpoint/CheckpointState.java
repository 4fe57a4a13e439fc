package org.treegrpo.job.checkpoint;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The content of {@code state.json}.
 *
 * @param round rounds finished; training goes on with {@code round + 1}
 * @param optimizerSteps steps taken by the optimiser
 * @param runSeed the run's seed
 * @param configHash fingerprint of the settings that determine the weights
 * @param weightsSha256 {@link WeightsDigest#sha256} of the policy's weights
 * @param extra what else the engine keeps from round to round, by name
 */
public record CheckpointState(
    int round,
    long optimizerSteps,
    long runSeed,
    String configHash,
    String weightsSha256,
    SortedMap<String, String> extra) {

  public CheckpointState {
    if (round < 0 || optimizerSteps < 0) {
      throw new IllegalArgumentException(
          "round and optimizer_steps must be at least 0, were %d and %d"
              .formatted(round, optimizerSteps));
    }
    extra = Collections.unmodifiableSortedMap(new TreeMap<>(extra));
  }

  /** Without extra state. */
  public CheckpointState(
      int round, long optimizerSteps, long runSeed, String configHash, String weightsSha256) {
    this(round, optimizerSteps, runSeed, configHash, weightsSha256, new TreeMap<>());
  }
}
