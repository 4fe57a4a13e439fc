package org.treegrpo.job.pretrain;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.hadoop.fs.Path;
import org.treegrpo.core.optim.AdamW;
import org.treegrpo.core.optim.AdamWSettings;
import org.treegrpo.core.policy.ParameterLayout;
import org.treegrpo.job.checkpoint.Checkpoint;
import org.treegrpo.job.checkpoint.CheckpointState;
import org.treegrpo.job.checkpoint.CheckpointStore;
import org.treegrpo.job.checkpoint.WeightsDigest;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.train.InvalidInputException;

/**
 * Everything that the next step depends on, besides the settings. Saved as a checkpoint whose round
 * is the step.
 *
 * @param step steps done
 * @param seconds spent on them, over all runs
 * @param weights of the network, flat
 * @param average moving average of the weights
 */
record PretrainState(int step, double seconds, float[] weights, float[] average, AdamW optimizer) {

  private static final String SECONDS = "seconds";

  /** Where the first version kept its state. */
  private static final String EARLIER = "pretrain.safetensors";

  /** Before the first step. */
  static PretrainState initial(float[] weights, AdamWSettings settings) {
    AdamW optimizer = new AdamW(settings, weights.length);
    return new PretrainState(0, 0, weights, weights.clone(), optimizer);
  }

  /**
   * The newest state saved in the job's directory, if there is one.
   *
   * @param refused receives a line for each newer one that is damaged
   * @throws InvalidInputException where what is saved is of other settings or cannot be used
   */
  static Optional<PretrainState> load(
      PretrainJob job, ParameterLayout layout, AdamWSettings settings, Consumer<String> refused)
      throws IOException {
    RunDirectory run = job.runDirectory();
    CheckpointStore store = new CheckpointStore(run);
    List<String> refusals = new ArrayList<>();
    Optional<CheckpointStore.Verified> newest = store.newestValid(refusals);
    if (newest.isEmpty()) {
      if (run.fs().exists(new Path(run.root(), EARLIER))) {
        refusals.add(EARLIER + " is the state of an earlier version");
      }
      if (!refusals.isEmpty()) {
        throw unusable(run, String.join("; ", refusals));
      }
      return Optional.empty();
    }
    String begun = newest.get().state().configHash();
    if (!job.fingerprint().equals(begun)) {
      throw unusable(
          run,
          "a run goes on with the settings it began with, %s; these are %s"
              .formatted(begun, job.fingerprint()));
    }
    refusals.forEach(refused);
    Checkpoint saved = store.load(newest.get(), layout);
    int step = saved.state().round();
    return Optional.of(
        new PretrainState(
            step,
            Double.parseDouble(saved.state().extra().getOrDefault(SECONDS, "0")),
            saved.weights(),
            saved.ema().orElseThrow(),
            AdamW.restore(settings, saved.firstMoment(), saved.secondMoment(), step)));
  }

  /** Saves it in the job's directory, in the place of an earlier one. */
  void save(PretrainJob job, ParameterLayout layout) throws IOException {
    CheckpointState state =
        new CheckpointState(
            step,
            optimizer.steps(),
            job.seed(),
            job.fingerprint(),
            WeightsDigest.sha256(weights),
            new TreeMap<>(Map.of(SECONDS, Double.toString(seconds))));
    CheckpointStore store = new CheckpointStore(job.runDirectory());
    store.save(
        new Checkpoint(
            state,
            layout,
            weights,
            Optional.of(average),
            Optional.empty(),
            optimizer.firstMoment(),
            optimizer.secondMoment(),
            new byte[0]));
    store.prune(1);
  }

  private static InvalidInputException unusable(RunDirectory run, String why) {
    return new InvalidInputException(
        "treegrpo.run-dir: %s must be empty or hold a state to go on from; %s; choose another directory, or delete this one to begin anew"
            .formatted(run.root(), why));
  }
}
