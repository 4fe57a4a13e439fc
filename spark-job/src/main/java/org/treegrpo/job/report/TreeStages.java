package org.treegrpo.job.report;

import java.util.ArrayList;
import java.util.List;
import org.treegrpo.job.images.GrownTree;

/**
 * The stages in which a tree is shown: it grows column by column, its leaves are scored, and the
 * advantages are backed up from the leaves to the root.
 *
 * @param tree what is shown
 * @param columns depths that are drawn, see {@link TreeLayout#columns()}
 */
record TreeStages(GrownTree tree, List<Integer> columns) {

  /** When the nodes of a column are there. */
  int grown(int column) {
    return column;
  }

  /** When the scores of the leaves are there. */
  int scored() {
    return columns.size();
  }

  /** When the advantages of the edges to a column are there. */
  int backedUp(int column) {
    return 2 * columns.size() - column;
  }

  /** What happens at each stage, in order. */
  List<String> captions() {
    List<String> captions = new ArrayList<>();
    captions.add(
        "Step %d of %d: one noise, and the picture that the model expects of it."
            .formatted(step(0), tree.steps()));
    int leaves = columns.size() - 1;
    for (int column = 1; column < leaves; column++) {
      captions.add("Step %d: %s branches.".formatted(step(column), nodes(column)));
    }
    captions.add("Finished: %s pictures.".formatted(nodes(leaves)));
    captions.add("Every finished picture is scored.");
    captions.add("Advantages of the finished pictures, by their scores.");
    for (int column = leaves - 1; column > 0; column--) {
      captions.add(
          "Backed up to step %d, from the branches that grew from it.".formatted(step(column)));
    }
    return captions;
  }

  private int step(int column) {
    return tree.windowStart() + columns.get(column);
  }

  private String nodes(int column) {
    return Figures.count(TreeLayout.nodesAt(tree, columns.get(column)));
  }
}
