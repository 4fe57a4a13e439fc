package org.treegrpo.job.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.treegrpo.core.learn.Edges;
import org.treegrpo.core.policy.GuidedDenoiser.GuidanceGradient;
import org.treegrpo.core.policy.NetworkMemory;
import org.treegrpo.core.policy.NetworkMemory.ByRows;
import org.treegrpo.core.topology.Topology;
import org.treegrpo.job.settings.ForestSettings;
import org.treegrpo.job.settings.PolicySettings;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.UpdateSettings;

/**
 * What the networks of an executor with one task slot hold on their device at the most, in bytes.
 * What reward models compute is not included.
 *
 * @param frozen parameters that are not trained, one copy; the decoder too
 * @param buffers tensors that are no parameters, of each network that is open
 * @param trained parameters and their gradients
 * @param compared trained parameters and gradients of the networks that the policy is compared with
 * @param conditionings that stay between passes
 * @param rewards weights of reward models on the same device
 * @param loading frozen parameters of a second network, until it takes those that are there
 * @param passes with their activations, each a batch of at most {@code update.micro-batch} rows, or
 *     {@code policy.decode-batch} where the decoder has its own; none where the policy does not say
 *     what its networks need
 */
public record DeviceMemory(
    long frozen,
    long buffers,
    long trained,
    long compared,
    long conditionings,
    long rewards,
    long loading,
    List<Pass> passes) {

  private static final String LEARNING = "learning";
  private static final String DECODING = "decoding";

  public DeviceMemory {
    passes = List.copyOf(passes);
  }

  /**
   * A pass.
   *
   * @param name what it does
   * @param bytes by the rows of its batch
   */
  public record Pass(String name, ByRows bytes, int rows) {

    long total() {
      return bytes.of(rows);
    }
  }

  static DeviceMemory of(TrainSettings settings, PlanInputs inputs) {
    long weights = inputs.trained() * Float.BYTES;
    long conditioning =
        inputs.policy().conditioning().stream().mapToLong(input -> input.elements()).sum();
    return new DeviceMemory(
        inputs.frozenBytes() + inputs.decoderBytes(),
        (1L + comparisons(settings)) * inputs.bufferBytes(),
        2 * weights,
        2L * comparisons(settings) * weights,
        (1L + comparisons(settings)) * conditioning * Float.BYTES * inputs.residentPrompts(),
        settings.policy().device() == PolicySettings.Device.CPU
            ? inputs.rewards().processor()
            : inputs.rewards().gpu(),
        comparisons(settings) == 0 ? 0 : inputs.frozenBytes(),
        inputs.policy().memory().map(memory -> passes(memory, settings)).orElse(List.of()));
  }

  private static int comparisons(TrainSettings settings) {
    UpdateSettings update = settings.update();
    boolean reference =
        update.penalties().needReference()
            || update.lateAnchor().beta() > 0
            || settings.evaluation().endsWithBase();
    boolean old =
        update.learner().laggingRollouts()
            || (!(update.learner() instanceof Edges)
                && update.epochs() * update.stepsPerRound() > 1);
    return (reference ? 1 : 0) + (old ? 1 : 0);
  }

  private static List<Pass> passes(NetworkMemory memory, TrainSettings settings) {
    Optional<ByRows> train = memory.train(settings.update().checkpointing());
    if (train.isEmpty()) {
      return List.of();
    }
    List<Pass> passes = new ArrayList<>();
    passes.add(new Pass(LEARNING, learned(train.get(), settings), learnedRows(settings)));
    int sampled = sampledRows(settings, settings.update().microBatch());
    passes.add(new Pass("sampling", memory.predict(), sampled));
    int decoded = sampledRows(settings, settings.decodeBatch());
    memory.decode().ifPresent(bytes -> passes.add(new Pass(DECODING, bytes, decoded)));
    return passes;
  }

  /** Guidance whose branches are both trained keeps the activations of both. */
  private static ByRows learned(ByRows train, TrainSettings settings) {
    PolicySettings.Guidance guidance = settings.policy().guidance();
    return guidance.branches() == 2 && guidance.grad() == GuidanceGradient.BOTH
        ? new ByRows(train.fixed(), 2 * train.row())
        : train;
  }

  /** Of the largest batch of the images of a share or an evaluation. */
  private static int sampledRows(TrainSettings settings, int most) {
    int images = settings.evaluation().imagesPerPrompt();
    int prompts = settings.evaluation().prompts();
    long evaluated = prompts == 0 ? Integer.MAX_VALUE : (long) prompts * images;
    int leaves = rows(settings, most, Topology::leaves);
    return (int) Math.max(leaves, Math.min(most, evaluated));
  }

  /** Of the largest batch that is learned from: parents of a depth, or leaves noised again. */
  private static int learnedRows(TrainSettings settings) {
    UpdateSettings update = settings.update();
    boolean parentsOnly = update.lateAnchor().beta() == 0 && update.learner() instanceof Edges;
    return parentsOnly
        ? rows(
            settings,
            update.microBatch(),
            tree -> tree.nodesAt(Math.max(0, tree.schedule().depths() - 1)))
        : update.microBatch();
  }

  /** Rows of a batch of some nodes of a share. */
  private static int rows(TrainSettings settings, int most, ToIntFunction<Topology> nodes) {
    ForestSettings forest = settings.tree();
    List<Topology> parts = forest.parts(Topology.of(forest.schedule(0, settings.sampler())));
    long perShare = (long) forest.trees() * parts.size() / forest.shares();
    return (int) Math.min(most, perShare * nodes.applyAsInt(parts.get(0)));
  }

  /** The pass that needs most; empty where that is not known. */
  public Optional<Pass> dearest() {
    return passes.stream().max(Comparator.comparingLong(Pass::total));
  }

  /** The most at once; without activations where they are not known. */
  public long total() {
    return held() + Math.max(loading, dearest().map(Pass::total).orElse(0L));
  }

  private long held() {
    return frozen + buffers + trained + compared + conditionings + rewards;
  }

  /**
   * The largest micro-batch whose passes all fit into a device; 0 if none does.
   *
   * @param decodes whether the decoder's pass is one of them
   */
  int largestBatch(long bytes, boolean decodes) {
    return largestBatch(bytes, passes.stream().filter(pass -> decodes || !decodes(pass)).toList());
  }

  /** The largest batch of the decoder that fits into a device; 0 if none does. */
  int largestDecodeBatch(long bytes) {
    return largestBatch(bytes, passes.stream().filter(DeviceMemory::decodes).toList());
  }

  private int largestBatch(long bytes, List<Pass> ofBatch) {
    if (held() + loading > bytes) {
      return 0;
    }
    return ofBatch.stream()
        .mapToLong(
            pass -> (bytes - held() - pass.bytes().fixed()) / Math.max(1, pass.bytes().row()))
        .mapToInt(rows -> (int) Math.max(0, Math.min(rows, Integer.MAX_VALUE)))
        .min()
        .orElse(0);
  }

  /** Whether keeping fewer activations would need less. */
  boolean isBoundByLearning(long bytes) {
    return held() + loading < bytes
        && dearest().map(pass -> pass.name().equals(LEARNING)).orElse(false);
  }

  /** Whether the passes of the network fit into a device, and that of the decoder does not. */
  boolean isBoundByDecoding(long bytes) {
    return held() + loading < bytes
        && passes.stream().allMatch(pass -> decodes(pass) || held() + pass.total() <= bytes);
  }

  private static boolean decodes(Pass pass) {
    return pass.name().equals(DECODING);
  }
}
