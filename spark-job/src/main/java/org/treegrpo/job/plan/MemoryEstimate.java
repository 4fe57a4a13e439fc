package org.treegrpo.job.plan;

import org.treegrpo.core.topology.Topology;
import org.treegrpo.job.settings.ForestSettings;
import org.treegrpo.job.settings.TrainSettings;

/**
 * What a run holds in memory, in bytes; float32, frozen weights as their archive has them.
 * Activations of the network, decoders and reward models are not included.
 *
 * @param weights the trainable weights once; also one broadcast, one gradient
 * @param driver weights, gradient, and off the heap two moments; the moving average, and an older
 *     policy to draw rollouts with, where there are such
 * @param executor what one executor holds once: the broadcast, the base weights where there is a
 *     penalty, and one copy of the frozen weights on its device
 * @param taskSlot what each task slot adds: the network's trained weights and their gradient, and a
 *     share's gradient
 * @param shareRollout off-heap window states of one share, kept from the grow to the learn job
 * @param roundRollout the same of all shares of a round, over all executors
 * @param shareLatents final latents of one share, until they are decoded
 * @param checkpoint one checkpoint on disk
 */
public record MemoryEstimate(
    long weights,
    long driver,
    long executor,
    long taskSlot,
    long shareRollout,
    long roundRollout,
    long shareLatents,
    long checkpoint) {

  static MemoryEstimate of(TrainSettings settings, PlanInputs inputs) {
    ForestSettings forest = settings.tree();
    long weights = inputs.trained() * Float.BYTES;
    long latent = (long) inputs.policy().latentShape().elements() * Float.BYTES;
    Topology tree = Topology.of(forest.schedule(0, settings.sampler()));
    long shareStates = stateBytes(forest, tree, inputs.policy().latentShape().elements());
    int averages =
        (settings.ema().enabled() ? 1 : 0)
            + (settings.update().learner().laggingRollouts() ? 1 : 0);
    long shareLeaves = (long) tree.leaves() * forest.trees() / forest.shares();
    return new MemoryEstimate(
        weights,
        (4 + averages) * weights,
        (settings.update().penalties().needReference() ? 2 : 1) * weights + inputs.frozenBytes(),
        3 * weights,
        shareStates,
        shareStates * forest.shares(),
        shareLeaves * latent,
        (3 + averages) * weights);
  }

  /** Window states of one share. */
  private static long stateBytes(ForestSettings forest, Topology tree, int elements) {
    long perTree = forest.parts(tree).stream().mapToLong(part -> part.bytes(elements)).sum();
    return perTree * forest.trees() / forest.shares();
  }
}
