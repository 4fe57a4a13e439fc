package org.treegrpo.core.tree;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.policy.Denoiser;
import org.treegrpo.core.process.AffineStep;
import org.treegrpo.core.transition.LogProb;
import org.treegrpo.core.transition.Sampler;

/**
 * The growth of one share. Slab rows are nodes, by depth and within a depth in frontier order; a
 * child's state is stored once and is the parent's state of the next depth.
 */
final class Growth {

  private record Node(int seed, NodePath path) {}

  private final Denoiser denoiser;
  private final Sampler sampler;
  private final TreeSettings settings;
  private final OdeSampler odeSampler;
  private final NodeNoise noise;
  private final List<TreeSeed> seeds;
  private final int previewSeed;
  private final int elements;

  private final List<EdgeRecord> edges = new ArrayList<>();
  private final List<ParentBatch> batches = new ArrayList<>();
  private final Map<NodePath, float[]> previews = new LinkedHashMap<>();
  private final int[] edgeNodes;
  private final int nodes;

  Growth(
      Denoiser denoiser,
      Sampler sampler,
      TreeSettings settings,
      OdeSampler odeSampler,
      NodeNoise noise,
      List<TreeSeed> seeds,
      int previewSeed) {
    this.denoiser = denoiser;
    this.sampler = sampler;
    this.settings = settings;
    this.odeSampler = odeSampler;
    this.noise = noise;
    this.seeds = seeds;
    this.previewSeed = previewSeed;
    elements = denoiser.elements();
    nodes = countNodes();
    edgeNodes = new int[nodes];
  }

  GrownShare grow(int windowStart, SlabPool pool) {
    int width = settings.shape().width();
    List<Node> frontier = new ArrayList<>(seeds.size());
    for (int seed = 0; seed < seeds.size(); seed++) {
      frontier.add(new Node(seed, NodePath.ROOT));
    }
    float[] roots = roots();
    odeSampler.advance(roots, conditioning(frontier), sampler.stretch(0, windowStart));

    Slab slab = pool.take(nodes, elements);
    slab.put(0, roots, 0, seeds.size());
    int firstNode = 0;
    for (int depth = 0; depth < width; depth++) {
      int firstChild = firstNode + frontier.size();
      frontier = branch(slab, windowStart + depth, frontier, firstNode);
      firstNode = firstChild;
    }

    float[] leafLatents = new float[Math.multiplyExact(frontier.size(), elements)];
    slab.get(firstNode, leafLatents, frontier.size());
    odeSampler.advance(
        leafLatents, conditioning(frontier), sampler.stretch(windowStart + width, sampler.steps()));
    List<LeafRecord> leaves = new ArrayList<>(frontier.size());
    frontier.forEach(leaf -> leaves.add(new LeafRecord(leaf.seed(), leaf.path())));
    return new GrownShare(elements, slab, edges, leaves, batches, previews, leafLatents);
  }

  private float[] roots() {
    float[] roots = new float[Math.multiplyExact(seeds.size(), elements)];
    for (int i = 0; i < seeds.size(); i++) {
      TreeSeed seed = seeds.get(i);
      noise.root(seed.promptId(), seed.tree(), roots, i * elements, elements);
    }
    return roots;
  }

  /** Evaluates every node of the frontier once, in batches, and returns the children. */
  private List<Node> branch(Slab slab, int t, List<Node> frontier, int firstNode) {
    List<Node> children = new ArrayList<>();
    int firstChild = firstNode + frontier.size();
    for (int first = 0; first < frontier.size(); first += settings.maxBatch()) {
      int end = Math.min(frontier.size(), first + settings.maxBatch());
      List<Node> parents = frontier.subList(first, end);
      branchBatch(slab, t, parents, firstNode + first, firstChild, children);
    }
    return children;
  }

  private void branchBatch(
      Slab slab, int t, List<Node> parents, int firstParent, int firstChild, List<Node> children) {
    AffineStep step = sampler.sdeStep(t);
    List<Conditioning> conditioning = conditioning(parents);
    float[] latents = new float[parents.size() * elements];
    float[] outputs = new float[latents.length];
    slab.get(firstParent, latents, parents.size());
    denoiser.predict(latents, step.timestep(), conditioning, outputs);

    int[] firstEdges = new int[parents.size() + 1];
    float[] z = new float[elements];
    float[] next = new float[elements];
    for (int row = 0; row < parents.size(); row++) {
      firstEdges[row] = edges.size();
      Node parent = parents.get(row);
      TreeSeed seed = seeds.get(parent.seed());
      int offset = row * elements;
      if (parent.seed() == previewSeed) {
        previews.put(parent.path(), sampler.clean(t).of(latents, outputs, offset, elements));
      }
      for (Node child : childrenOf(parent)) {
        noise.step(seed.promptId(), seed.tree(), child.path(), z);
        step.sample(latents, outputs, offset, z, next);
        int node = firstChild + children.size();
        slab.put(node, next, 0, 1);
        children.add(child);
        if (owns(seed.prefix(), child.path().depth())) {
          edgeNodes[edges.size()] = node;
          LogProb logProb = LogProb.of(step, latents, outputs, offset, next);
          edges.add(edge(child, t, logProb, step.noiseStd()));
        }
      }
    }
    firstEdges[parents.size()] = edges.size();
    batches.add(
        new ParentBatch(slab, elements, t, firstParent, conditioning, firstEdges, edgeNodes));
  }

  private static EdgeRecord edge(Node child, int t, LogProb logProb, double noiseStd) {
    return new EdgeRecord(
        child.seed(),
        child.path(),
        child.path().depth(),
        t,
        logProb.mean(),
        logProb.sum(),
        noiseStd);
  }

  /** All k children, or on the seed's prefix the one child that leads to its subtree. */
  private List<Node> childrenOf(Node parent) {
    NodePath prefix = seeds.get(parent.seed()).prefix();
    int depth = parent.path().depth();
    if (depth < prefix.depth()) {
      return List.of(new Node(parent.seed(), parent.path().child(prefix.indices()[depth])));
    }
    List<Node> children = new ArrayList<>(settings.shape().branching());
    for (int i = 0; i < settings.shape().branching(); i++) {
      children.add(new Node(parent.seed(), parent.path().child(i)));
    }
    return children;
  }

  /** Whether the edge that ends at {@code depth} belongs to the seed, see {@link TreeSeed}. */
  private static boolean owns(NodePath prefix, int depth) {
    for (int i = depth; i < prefix.depth(); i++) {
      if (prefix.indices()[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private List<Conditioning> conditioning(List<Node> rows) {
    return rows.stream().map(node -> seeds.get(node.seed()).conditioning()).toList();
  }

  private int countNodes() {
    TreeShape shape = settings.shape();
    int count = 0;
    for (TreeSeed seed : seeds) {
      for (int depth = 0; depth <= shape.width(); depth++) {
        int below = Math.max(0, depth - seed.prefix().depth());
        count = Math.addExact(count, shape.nodesAt(below));
      }
    }
    return count;
  }
}
