package org.treegrpo.job.images;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.treegrpo.job.files.RunLayout;
import org.treegrpo.job.metrics.RunFiles;
import org.treegrpo.job.metrics.RunJson;

/**
 * {@code samples/tree-round-000001.json}: one tree as it grew, with its images, for the report.
 *
 * @param round 1, 2, ...
 * @param promptId the prompt's id
 * @param text what was asked for
 * @param tree index among the prompt's trees
 * @param branching k
 * @param width w, window steps
 * @param windowStart first SDE step
 * @param steps T, denoising steps
 * @param nodes root, inner nodes and leaves; parents before children, siblings in order
 */
public record GrownTree(
    int round,
    String promptId,
    String text,
    int tree,
    int branching,
    int width,
    int windowStart,
    int steps,
    List<Node> nodes) {

  public GrownTree {
    nodes = List.copyOf(nodes);
  }

  /** Writes {@code samples/tree-round-000001.json}. */
  public void write(FileSystem fs, Path runDir) throws IOException {
    RunFiles.write(fs, new RunLayout(runDir).grownTree(round), RunJson.line(this));
  }

  /** Reads the tree of a round, or nothing where the run has none. */
  public static Optional<GrownTree> read(FileSystem fs, Path runDir, int round) throws IOException {
    return RunFiles.readJson(fs, new RunLayout(runDir).grownTree(round), GrownTree.class);
  }

  /** The rounds that have a tree, ascending. */
  public static List<Integer> rounds(FileSystem fs, Path runDir) throws IOException {
    return SampleFiles.rounds(fs, runDir, "tree-round-");
  }

  /** Where a node stands. */
  public enum Kind {
    @JsonProperty("root")
    ROOT,
    @JsonProperty("inner")
    INNER,
    @JsonProperty("leaf")
    LEAF
  }

  /**
   * One node and the edge that leads to it.
   *
   * @param path such as {@code 0.2.1}; empty for the root
   * @param depth 0 for the root, w for a leaf
   * @param step denoising step at which the node's edges start; T for a leaf
   * @param kind where it stands
   * @param advantage of the edge to the node; NaN for the root and for masked edges
   * @param reward total score of a leaf; NaN elsewhere
   * @param png base64 of the image: the x0 estimate of the root and inner nodes, the decoded image
   *     of a leaf; null where there is none
   */
  public record Node(
      String path,
      int depth,
      int step,
      Kind kind,
      double advantage,
      double reward,
      @Nullable String png) {}
}
