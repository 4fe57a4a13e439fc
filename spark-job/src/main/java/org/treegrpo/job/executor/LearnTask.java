package org.treegrpo.job.executor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.treegrpo.core.learn.LearnLoop;
import org.treegrpo.core.learn.LearnResult;
import org.treegrpo.core.learn.Learner;
import org.treegrpo.core.learn.ShareCredit;
import org.treegrpo.core.optim.PairwiseSum;
import org.treegrpo.core.policy.Denoiser;
import org.treegrpo.core.tree.GrownShare;
import org.treegrpo.job.round.Recipe;
import org.treegrpo.job.round.RoundPlan;
import org.treegrpo.job.round.Share;
import org.treegrpo.job.round.ShareBlocks;
import org.treegrpo.job.spark.BlockTask;
import org.treegrpo.job.spark.WeightBroadcast;

/**
 * Trains on a block of shares: one forward and backward per parent, gradients added in share order.
 * A share whose rollout is not here any more is grown again from its seeds, to the same bytes.
 *
 * @param rolloutWeights what the round was grown with
 * @param weights what the gradient is taken at; the same on the round's first epoch
 * @param edgeAdvantages {@code [share][edge]}, NaN = masked
 * @param edgeWeights {@code [share][edge]}
 */
public record LearnTask(
    Broadcast<RunSpec> run,
    WeightBroadcast rolloutWeights,
    WeightBroadcast weights,
    int round,
    ShareBlocks blocks,
    double[][] edgeAdvantages,
    double[][] edgeWeights)
    implements BlockTask<LearnedBlock> {

  private static final long BASE_VERSION = Long.MAX_VALUE;

  @Override
  public LearnedBlock run(int block, TaskContext context) {
    ExecutorRuntime runtime = ExecutorRuntime.of(run);
    runtime.rollouts().begin(round);
    int regrown = regrow(runtime, block);
    PolicySlot slot = runtime.borrow(weights.version(), runtime.weights(weights));
    PolicySlot reference =
        runtime.recipe().learner().needsReference()
            ? runtime.borrow(BASE_VERSION, runtime.baseWeights())
            : null;
    try {
      return learn(runtime, slot, Optional.ofNullable(reference), block, regrown);
    } finally {
      runtime.giveBack(slot);
      if (reference != null) {
        runtime.giveBack(reference);
      }
    }
  }

  private int regrow(ExecutorRuntime runtime, int block) {
    List<Integer> missing = new ArrayList<>();
    for (int share = blocks.from(block); share < blocks.to(block); share++) {
      if (runtime.rollouts().get(round, share).isEmpty()) {
        missing.add(share);
      }
    }
    if (!missing.isEmpty()) {
      Recipe recipe = runtime.recipe();
      RoundPlan plan = recipe.plan(round);
      PolicySlot slot = runtime.borrow(rolloutWeights.version(), runtime.weights(rolloutWeights));
      try {
        for (int index : missing) {
          TaskContext.get().killTaskIfInterrupted();
          Share share = plan.shares().get(index);
          GrownShare grown =
              slot.grower().grow(plan.key(), share.forest(), runtime.conditioning(plan));
          grown.dropLeafLatents();
          runtime.rollouts().put(round, index, grown);
        }
      } finally {
        runtime.giveBack(slot);
      }
    }
    return missing.size();
  }

  private LearnedBlock learn(
      ExecutorRuntime runtime,
      PolicySlot slot,
      Optional<PolicySlot> reference,
      int block,
      int regrown) {
    Recipe recipe = runtime.recipe();
    Learner learner = recipe.learner();
    LearnLoop loop = new LearnLoop(slot.denoiser(), reference.map(PolicySlot::denoiser));
    Denoiser.Evaluations before = slot.denoiser().evaluations();
    double secondsBefore = slot.denoiser().networkSeconds();
    PairwiseSum sum = new PairwiseSum(blocks.shares());
    List<LearnResult> statistics = new ArrayList<>();
    float[] unfinished = new float[slot.policy().parameters().size()];
    slot.policy().drainGradient(unfinished); // what a task that failed half way has left
    for (int share = blocks.from(block); share < blocks.to(block); share++) {
      TaskContext.get().killTaskIfInterrupted();
      statistics.add(
          loop.learn(
              learner,
              runtime.rollouts().get(round, share).orElseThrow(),
              new ShareCredit(edgeAdvantages[share], edgeWeights[share])));
      float[] gradient = new float[slot.policy().parameters().size()];
      slot.policy().drainGradient(gradient);
      sum.add(0, share, gradient);
    }
    List<PairwiseSum.Partial> partials = sum.partials();
    Denoiser.Evaluations spent = slot.denoiser().evaluations().minus(before);
    return new LearnedBlock(
        partials.stream().mapToInt(partial -> partial.node().level()).toArray(),
        partials.stream().mapToInt(partial -> partial.node().index()).toArray(),
        partials.stream().map(PairwiseSum.Partial::sum).toArray(float[][]::new),
        statistics.toArray(LearnResult[]::new),
        regrown,
        spent.trainForward(),
        spent.trainBackward(),
        slot.denoiser().networkSeconds() - secondsBefore);
  }
}
