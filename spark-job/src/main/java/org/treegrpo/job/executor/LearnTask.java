package org.treegrpo.job.executor;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.treegrpo.core.base.Bfloat16;
import org.treegrpo.core.credit.ShareCredit;
import org.treegrpo.core.learn.LearnLoop;
import org.treegrpo.core.learn.LearnResult;
import org.treegrpo.core.learn.Learner;
import org.treegrpo.core.learn.Learner.Need;
import org.treegrpo.core.optim.PairwiseSum;
import org.treegrpo.core.policy.Denoiser;
import org.treegrpo.core.tree.GrownShare;
import org.treegrpo.job.round.RoundPlan;
import org.treegrpo.job.round.Share;
import org.treegrpo.job.round.ShareBlocks;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.UpdateSettings.Gradients;
import org.treegrpo.job.spark.BlockTask;
import org.treegrpo.job.spark.StoredVector;
import org.treegrpo.job.spark.WeightBroadcast;

/**
 * Trains on a block of shares: one forward and backward per parent, gradients added in share order.
 * A share whose rollout is not here any more is grown again from its seeds, to the same bytes;
 * where it has other ones, on a machine of another kind, its scores would be of other images, and
 * the task fails.
 *
 * @param rolloutWeights what the round was grown with
 * @param weights what the gradient is taken at; the same on the round's first epoch
 * @param step which of the round's optimiser steps; shares of the others are left out
 * @param gradients id under which long gradients are stored
 * @param credit one per share
 * @param logProbs that the driver has, of each share
 */
public record LearnTask(
    Broadcast<RunSpec> run,
    WeightBroadcast rolloutWeights,
    WeightBroadcast weights,
    int round,
    ShareBlocks blocks,
    int step,
    long gradients,
    ShareCredit[] credit,
    double[][] logProbs)
    implements BlockTask<LearnedBlock> {

  private static final Logger LOG = LoggerFactory.getLogger(LearnTask.class);

  @Override
  public LearnedBlock run(int block, TaskContext context) {
    ExecutorRuntime runtime = ExecutorRuntime.of(run);
    runtime.rollouts().begin(round);
    RoundPlan plan = runtime.recipe().plan(round);
    Learner learner = runtime.recipe().learner(plan);
    List<Share> shares =
        plan.shares().subList(blocks.from(block), blocks.to(block)).stream()
            .filter(share -> share.step() == step)
            .toList();
    int regrown = regrow(runtime, plan, shares);
    List<PolicySlot> borrowed = new ArrayList<>();
    try {
      PolicySlot slot = borrow(runtime, weights, borrowed);
      Optional<PolicySlot> reference = Optional.empty();
      if (learner.needs(Need.REFERENCE)) {
        reference = Optional.of(runtime.borrowReference());
        borrowed.add(reference.get());
      }
      Optional<PolicySlot> old = Optional.empty();
      if (learner.needs(Need.OLD) && rolloutWeights.version() != weights.version()) {
        old = Optional.of(borrow(runtime, rolloutWeights, borrowed));
      }
      LearnLoop loop =
          new LearnLoop(
              slot.denoiser(), reference.map(PolicySlot::denoiser), old.map(PolicySlot::denoiser));
      return learn(runtime, slot, loop, learner, shares, plan.absentFrom(step), regrown);
    } finally {
      borrowed.forEach(runtime::giveBack);
    }
  }

  private static PolicySlot borrow(
      ExecutorRuntime runtime, WeightBroadcast weights, List<PolicySlot> borrowed) {
    PolicySlot slot = runtime.borrow(weights);
    borrowed.add(slot);
    return slot;
  }

  private int regrow(ExecutorRuntime runtime, RoundPlan plan, List<Share> shares) {
    List<Share> missing =
        shares.stream()
            .filter(share -> runtime.rollouts().get(round, share.index()).isEmpty())
            .toList();
    if (!missing.isEmpty()) {
      PolicySlot slot = runtime.borrow(rolloutWeights);
      try {
        for (Share share : missing) {
          TaskContext.get().killTaskIfInterrupted();
          GrownShare again =
              slot.grower().grow(plan.key(), share.forest(), runtime.conditioning(plan));
          requireSame(runtime, share.index(), again);
          runtime.keep(plan, share.index(), again);
        }
      } finally {
        runtime.giveBack(slot);
      }
    }
    return missing.size();
  }

  /**
   * A rollout of other bits than the driver's scores belong to is not learned from. Kernels of a
   * GPU may differ by what the check of the first share allows.
   */
  private void requireSame(ExecutorRuntime runtime, int share, GrownShare again) {
    double greatest = 0;
    for (int i = 0; i < logProbs[share].length; i++) {
      greatest = Math.max(greatest, Math.abs(logProbs[share][i] - again.logProbs()[i]));
    }
    TrainSettings settings = runtime.recipe().settings();
    boolean gpu = Devices.choose(settings.policy().device()).isGpu();
    if (!(greatest <= (gpu ? settings.selfCheck().tolerance() : 0))) {
      again.close();
      throw new ExecutorException(
          "%s: share %d of round %d, grown again, has other log-probabilities than before, by %s; an executor on a machine of another kind, or with another libtorch, computes other bits"
              .formatted(ExecutorRuntime.here(), share, round, greatest));
    }
    if (greatest > 0) {
      LOG.warn(
          "share {} of round {}, grown again, differs from before by {} in its log-probabilities: weights are no longer those of the undisturbed run, to the bit",
          share,
          round,
          greatest);
    }
  }

  private LearnedBlock learn(
      ExecutorRuntime runtime,
      PolicySlot slot,
      LearnLoop loop,
      Learner learner,
      List<Share> shares,
      BitSet absent,
      int regrown) {
    boolean half = runtime.recipe().settings().update().gradients() == Gradients.BFLOAT16;
    Denoiser.Evaluations before = slot.denoiser().evaluations();
    double secondsBefore = slot.denoiser().networkSeconds();
    PairwiseSum sum = new PairwiseSum(blocks.shares(), absent);
    List<LearnResult> statistics = new ArrayList<>();
    int length = slot.policy().parameters().size();
    if (!shares.isEmpty()) {
      slot.policy().drainGradient(new float[length]); // what a task that failed half way has left
    }
    for (Share share : shares) {
      TaskContext.get().killTaskIfInterrupted();
      statistics.add(
          loop.learn(
              learner,
              runtime.rollouts().get(round, share.index()).orElseThrow(),
              credit[share.index()]));
      float[] gradient = new float[length];
      slot.policy().drainGradient(gradient);
      if (half) {
        Bfloat16.round(gradient);
      }
      sum.add(0, share.index(), gradient);
    }
    TaskContext.get().killTaskIfInterrupted(); // or nobody would drop what is stored
    List<PairwiseSum.Partial> partials = sum.partials();
    boolean stays = StoredVector.isLong(length);
    Denoiser.Evaluations spent = slot.denoiser().evaluations().minus(before);
    return new LearnedBlock(
        partials.stream().mapToInt(partial -> partial.node().level()).toArray(),
        partials.stream().mapToInt(partial -> partial.node().index()).toArray(),
        stays
            ? new float[0][]
            : partials.stream().map(PairwiseSum.Partial::sum).toArray(float[][]::new),
        stays
            ? partials.stream().map(partial -> store(partial, half)).toArray(StoredVector[]::new)
            : new StoredVector[0],
        statistics.toArray(LearnResult[]::new),
        regrown,
        spent.trainForward(),
        spent.trainBackward(),
        slot.denoiser().networkSeconds() - secondsBefore);
  }

  /**
   * A share's rounded gradient loses nothing by travelling as bfloat16; a sum of several would, and
   * then it mattered which executor had learned what.
   */
  private StoredVector store(PairwiseSum.Partial partial, boolean rounded) {
    PairwiseSum.Node node = partial.node();
    String name =
        "a%dl%di%d".formatted(TaskContext.get().taskAttemptId(), node.level(), node.index());
    return StoredVector.put(gradients, name, partial.sum(), rounded && node.level() == 0);
  }
}
