package org.treegrpo.core.tree;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.policy.Denoiser;
import org.treegrpo.core.process.AffineStep;
import org.treegrpo.core.topology.BranchSchedule;
import org.treegrpo.core.topology.Forest;
import org.treegrpo.core.topology.Topology;
import org.treegrpo.core.topology.TreeSeed;
import org.treegrpo.core.transition.LogProb;
import org.treegrpo.core.transition.NoiseShift;
import org.treegrpo.core.transition.Sampler;

/**
 * The growth of one share. The slab has the rows of its {@link Forest}; a child's state is stored
 * once and is the parent's state of the next depth.
 */
final class Growth {

  private final Denoiser denoiser;
  private final Sampler sampler;
  private final TreeSettings settings;
  private final OdeSampler odeSampler;
  private final NodeNoise noise;
  private final Forest forest;
  private final List<Conditioning> conditioning;
  private final int previewTree;
  private final int elements;

  private final double[] logProbs;
  private final double[] noiseShifts;
  private final float[] leafClean;
  private final List<ParentBatch> batches = new ArrayList<>();
  private final Map<Integer, float[]> previews = new LinkedHashMap<>();

  Growth(
      Denoiser denoiser,
      Sampler sampler,
      TreeSettings settings,
      OdeSampler odeSampler,
      NodeNoise noise,
      Forest forest,
      Function<String, Conditioning> conditioning,
      int previewTree) {
    this.denoiser = denoiser;
    this.sampler = sampler;
    this.settings = settings;
    this.odeSampler = odeSampler;
    this.noise = noise;
    this.forest = forest;
    this.conditioning =
        forest.trees().stream().map(tree -> conditioning.apply(tree.promptId())).toList();
    this.previewTree = previewTree;
    elements = denoiser.elements();
    logProbs = new double[forest.edges()];
    noiseShifts = new double[logProbs.length];
    boolean remembers = sampler.tailRemembers() && forest.schedule().depths() > 0;
    leafClean = new float[remembers ? Math.multiplyExact(forest.leaves(), elements) : 0];
  }

  GrownShare grow(SlabPool pool) {
    BranchSchedule schedule = forest.schedule();
    int depths = schedule.depths();
    float[] roots = roots();
    odeSampler.advance(roots, conditioning, sampler.stretch(0, schedule.start()), new float[0]);

    Slab slab = pool.take(forest.rows(), elements);
    slab.put(0, roots, 0, forest.trees().size());
    for (int depth = 0; depth < depths; depth++) {
      branch(slab, depth);
    }

    int firstLeaf = forest.leafRow(0);
    float[] leafLatents = new float[Math.multiplyExact(forest.leaves(), elements)];
    slab.get(firstLeaf, leafLatents, forest.leaves());
    odeSampler.advance(
        leafLatents,
        conditioning(firstLeaf, forest.rows()),
        sampler.tail(schedule.end()),
        leafClean);
    return new GrownShare(
        elements,
        forest,
        slab,
        logProbs,
        noiseShifts,
        noise,
        conditioning,
        batches,
        previews,
        leafLatents);
  }

  private float[] roots() {
    float[] roots = new float[Math.multiplyExact(forest.trees().size(), elements)];
    for (int i = 0; i < forest.trees().size(); i++) {
      TreeSeed tree = forest.trees().get(i);
      noise.root(tree.promptId(), tree.tree(), roots, i * elements, elements);
    }
    return roots;
  }

  /** Evaluates every node of a depth once, in batches, and draws their children. */
  private void branch(Slab slab, int depth) {
    int end = forest.firstRow(depth + 1);
    int child = end;
    for (int first = forest.firstRow(depth); first < end; first += settings.maxBatch()) {
      child = branchBatch(slab, depth, first, Math.min(end, first + settings.maxBatch()), child);
    }
  }

  /** Returns the row after the last child's. */
  private int branchBatch(Slab slab, int depth, int first, int end, int firstChild) {
    int t = forest.schedule().start() + depth;
    AffineStep step = sampler.sdeStep(t);
    List<Conditioning> ofRows = conditioning(first, end);
    float[] latents = new float[(end - first) * elements];
    float[] outputs = new float[latents.length];
    slab.get(first, latents, end - first);
    denoiser.predict(latents, step.timestep(), ofRows, outputs);

    int[] firstEdges = new int[end - first + 1];
    float[] z = new float[elements];
    float[] next = new float[elements];
    int child = firstChild;
    for (int row = first; row < end; row++) {
      int offset = (row - first) * elements;
      TreeSeed seed = forest.seed(row);
      Topology topology = seed.topology();
      firstEdges[row - first] = forest.firstEdge(child);
      if (forest.tree(row) == previewTree) {
        previews.put(forest.node(row), sampler.clean(t).of(latents, outputs, offset, elements));
      }
      int lastChild = child + topology.children(forest.node(row));
      if (leafClean.length > 0 && child >= forest.leafRow(0)) {
        float[] clean = sampler.clean(t).of(latents, outputs, offset, elements);
        for (int leaf = child - forest.leafRow(0); leaf < lastChild - forest.leafRow(0); leaf++) {
          System.arraycopy(clean, 0, leafClean, leaf * elements, elements);
        }
      }
      for (; child < lastChild; child++) {
        int node = forest.node(child);
        noise.step(seed.promptId(), seed.tree(), topology.path(node), z);
        step.sample(latents, outputs, offset, z, next);
        slab.put(child, next, 0, 1);
        if (topology.owns(node)) {
          int edge = forest.firstEdge(child);
          logProbs[edge] = LogProb.mean(step, latents, outputs, offset, next);
          noiseShifts[edge] = NoiseShift.of(step, latents, outputs, offset, next, z).alongNoise();
        }
      }
    }
    firstEdges[end - first] = forest.firstEdge(child);
    batches.add(new ParentBatch(slab, elements, t, first, ofRows, firstEdges, forest));
    return child;
  }

  private List<Conditioning> conditioning(int firstRow, int end) {
    return IntStream.range(firstRow, end)
        .mapToObj(row -> conditioning.get(forest.tree(row)))
        .toList();
  }
}
