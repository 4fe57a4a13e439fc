package org.treegrpo.job.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.treegrpo.job.checkpoint.Checkpoint;
import org.treegrpo.job.checkpoint.CheckpointStore;
import org.treegrpo.job.files.RunDirectory;

/**
 * Which weights a policy is used with.
 *
 * @param checkpoint a checkpoint directory
 * @param runDir the run whose newest checkpoint is meant where {@code checkpoint} is empty; the
 *     base policy where both are
 * @param kind of a checkpoint's weights
 */
public record PolicyWeightsChoice(Optional<String> checkpoint, Optional<String> runDir, Kind kind) {

  /** Which of a checkpoint's weights. */
  public enum Kind {
    /** The moving average where there is one. */
    AVERAGE,
    /** Those after the last update. */
    LATEST
  }

  /**
   * The chosen weights.
   *
   * @param round rounds of training behind them
   * @param values flat
   */
  record Weights(int round, float[] values) {}

  Weights load(RunInputs inputs, Configuration hadoop) {
    if (checkpoint.isEmpty() && runDir.isEmpty()) {
      return new Weights(0, inputs.baseWeights());
    }
    String place = checkpoint.orElseGet(() -> runDir.orElseThrow());
    try {
      RunDirectory directory = RunDirectory.of(place, hadoop);
      CheckpointStore store = new CheckpointStore(directory);
      CheckpointStore.Verified found =
          checkpoint.isPresent() ? store.verify(directory.root()) : newest(store, directory.root());
      inputs.requireBaseOf(found.state());
      Checkpoint loaded = store.load(found, inputs.layout());
      float[] latest = loaded.weights();
      return new Weights(
          loaded.state().round(), kind == Kind.LATEST ? latest : loaded.ema().orElse(latest));
    } catch (IOException | IllegalArgumentException e) {
      throw new InvalidInputException(
          "%s: '%s' must be %s; %s"
              .formatted(
                  checkpoint.isPresent() ? "--checkpoint" : "--run-dir",
                  place,
                  checkpoint.isPresent() ? "a checkpoint of this policy" : "a run of this policy",
                  InvalidInputException.reason(e)),
          e);
    }
  }

  private static CheckpointStore.Verified newest(CheckpointStore store, Path directory)
      throws IOException {
    List<String> refusals = new ArrayList<>();
    return store
        .newestValid(refusals)
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "%s: holds no valid checkpoint %s".formatted(directory, refusals)));
  }
}
