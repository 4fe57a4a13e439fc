package org.treegrpo.job.executor;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.treegrpo.core.policy.ImageDecoder.Images;
import org.treegrpo.core.policy.NetworkException;
import org.treegrpo.core.prompt.Prompt;
import org.treegrpo.job.round.PolicyProbe;
import org.treegrpo.job.round.Recipe;
import org.treegrpo.job.spark.BlockTask;
import org.treegrpo.job.spark.WeightBroadcast;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardProviders;
import org.treegrpo.reward.ScoredBatch;

/** Runs networks and rewards once where they will run, before the first round. */
public record ProbeTask(Broadcast<RunSpec> run, WeightBroadcast weights)
    implements BlockTask<Readiness> {

  /**
   * Not ready where a network does not keep its contract, or a reward cannot be made or called: an
   * answer and no exception, as Spark would try a task that fails again.
   */
  @Override
  public Readiness run(int block, TaskContext context) {
    try {
      ExecutorRuntime runtime = ExecutorRuntime.of(run);
      PolicySlot slot = runtime.borrow(weights);
      try {
        requireScores(
            runtime, new PolicyProbe(runtime.recipe()).run(slot.policy(), slot.decoder()));
        return Readiness.READY;
      } finally {
        runtime.giveBack(slot);
      }
    } catch (NetworkException | UnusableInputException e) {
      return new Readiness(String.valueOf(e.getMessage()), true);
    }
  }

  /**
   * Of the trained rewards; whatever happens to others, a run goes on. All are made by now. That an
   * image has no score is no fault: noise may be beyond what a reward can judge.
   */
  private static void requireScores(ExecutorRuntime runtime, Images images) {
    Recipe recipe = runtime.recipe();
    List<RewardDefinition> tried =
        recipe.trainedRewards().stream().filter(RewardProviders::isTried).toList();
    List<Prompt> trained = recipe.trainPrompts();
    Prompt prompt = (trained.isEmpty() ? recipe.evaluationPrompts() : trained).get(0);
    CompletableFuture<ScoredBatch> scores =
        runtime
            .measuredRewards()
            .select(tried)
            .submit(
                new ImageBatch(images.rows(), images.height(), images.width(), images.pixels()),
                EvaluateTask.rewardPrompts(recipe, List.of(prompt), images.rows()));
    List<String> broken;
    try {
      broken = scores.join().broken();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RewardException refusal
          ? new UnusableInputException(refusal.getMessage(), refusal)
          : e;
    }
    if (!broken.isEmpty()) {
      throw new UnusableInputException(
          "a reward must score what it is tried with before a run; " + String.join("; ", broken));
    }
  }
}
