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
 */
public record PolicyWeightsChoice(Optional<String> checkpoint, Optional<String> runDir) {

  /**
   * The chosen weights.
   *
   * @param round rounds of training behind them
   * @param values flat; the moving average where the checkpoint has one
   */
  record Weights(int round, float[] values) {}

  Weights load(RunInputs inputs, Configuration hadoop) throws IOException {
    if (checkpoint.isEmpty() && runDir.isEmpty()) {
      return new Weights(0, inputs.baseWeights());
    }
    RunDirectory directory =
        RunDirectory.of(checkpoint.orElseGet(() -> runDir.orElseThrow()), hadoop);
    CheckpointStore store = new CheckpointStore(directory);
    CheckpointStore.Verified found =
        checkpoint.isPresent() ? store.verify(directory.root()) : newest(store, directory.root());
    Checkpoint loaded = store.load(found, inputs.layout());
    return new Weights(loaded.state().round(), loaded.ema().orElse(loaded.weights()));
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
