package org.treegrpo.job.executor;

import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.treegrpo.core.policy.ImageDecoder.Images;
import org.treegrpo.core.prompt.Prompt;
import org.treegrpo.job.round.PolicyProbe;
import org.treegrpo.job.round.Recipe;
import org.treegrpo.job.spark.BlockTask;
import org.treegrpo.job.spark.WeightBroadcast;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardMemoryException;
import org.treegrpo.reward.RewardPrompt;
import org.treegrpo.reward.RewardProviders;

/** Runs networks and rewards once where they will run, before the first round. */
public record ProbeTask(Broadcast<RunSpec> run, WeightBroadcast weights)
    implements BlockTask<Readiness> {

  @Override
  public Readiness run(int block, TaskContext context) {
    return Readiness.after(this::probe, context);
  }

  private void probe() {
    ExecutorRuntime runtime = ExecutorRuntime.of(run);
    PolicySlot slot = runtime.borrow(weights);
    try {
      Images images = new PolicyProbe(runtime.recipe()).run(slot.policy(), slot.decoder());
      for (RewardDefinition reward : runtime.localRewards()) {
        if (reward.weight() > 0 && RewardProviders.isTried(reward)) {
          score(reward, runtime.recipe(), images);
        }
      }
    } finally {
      runtime.giveBack(slot);
    }
  }

  /** That an image has no score is no fault: noise may be beyond what a reward can judge. */
  private static void score(RewardDefinition definition, Recipe recipe, Images images) {
    List<Prompt> trained = recipe.trainPrompts();
    Prompt prompt = (trained.isEmpty() ? recipe.evaluationPrompts() : trained).get(0);
    List<RewardPrompt> prompts = EvaluateTask.rewardPrompts(recipe, List.of(prompt), images.rows());
    try (Reward reward = RewardProviders.create(definition)) {
      reward.score(
          new ImageBatch(images.rows(), images.height(), images.width(), images.pixels()), prompts);
    } catch (RewardMemoryException e) {
      throw new ExecutorException(e.getMessage(), e);
    } catch (RewardException e) {
      throw new UnusableInputException(e.getMessage(), e);
    }
  }
}
