package org.treegrpo.job.checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.treegrpo.core.optim.OffHeapVector;
import org.treegrpo.core.policy.ParameterLayout;

/** Checkpoints for tests; those of different rounds differ in everything. */
final class CheckpointFixtures {

  static final ParameterLayout LAYOUT =
      new ParameterLayout(
          List.of(
              new ParameterLayout.Entry("block.weight", new long[] {20, 2}, 0, 40),
              new ParameterLayout.Entry("block.bias", new long[] {2}, 40, 2)));

  private CheckpointFixtures() {}

  static float[] vector(int seed) {
    float[] values = new float[LAYOUT.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = seed + i / 7f;
    }
    return values;
  }

  static Checkpoint checkpoint(int round) {
    float[] weights = vector(round);
    return new Checkpoint(
        new CheckpointState(
            round,
            2L * round,
            -7,
            "c0ffee",
            WeightsDigest.sha256(weights),
            new TreeMap<>(Map.of("advantages", "{}"))),
        LAYOUT,
        weights,
        Optional.of(vector(100 + round)),
        Optional.of(vector(400 + round)),
        OffHeapVector.of(vector(200 + round)),
        OffHeapVector.of(vector(300 + round)),
        "{}".repeat(4096).getBytes(StandardCharsets.US_ASCII));
  }
}
