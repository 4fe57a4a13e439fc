package org.treegrpo.job.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.treegrpo.core.policy.LoraFile;
import org.treegrpo.job.checkpoint.Checkpoint;
import org.treegrpo.job.checkpoint.CheckpointStore;
import org.treegrpo.job.files.FileSystems;
import org.treegrpo.job.files.HadoopSource;
import org.treegrpo.job.files.RunDirectory;

/**
 * Which weights a policy is used with.
 *
 * @param checkpoint a checkpoint directory
 * @param runDir the run whose newest checkpoint is meant where {@code checkpoint} is empty; the
 *     base policy where both are
 * @param lora a LoRA file of diffusers, or a directory that holds one, instead of a run's weights
 * @param kind of a checkpoint's weights
 */
public record PolicyWeightsChoice(
    Optional<String> checkpoint, Optional<String> runDir, Optional<String> lora, Kind kind) {

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
    if (lora.isPresent()) {
      return new Weights(0, lora(inputs, lora.get(), hadoop));
    }
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

  private float[] lora(RunInputs inputs, String place, Configuration hadoop) {
    if (checkpoint.isPresent()) {
      throw new InvalidInputException(
          "--lora: '%s' must not be given with --checkpoint, whose weights it would replace"
              .formatted(place));
    }
    try {
      Path path = new Path(place);
      FileSystem fs = FileSystems.of(path, hadoop);
      Path file = fs.getFileStatus(path).isDirectory() ? new Path(path, LoraFile.NAME) : path;
      return inputs.loraFile().read(new HadoopSource(fs, file));
    } catch (IOException | IllegalArgumentException e) {
      throw new InvalidInputException(
          "--lora: '%s' must be a LoRA of this policy's modules and ranks; %s"
              .formatted(place, InvalidInputException.reason(e)),
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
