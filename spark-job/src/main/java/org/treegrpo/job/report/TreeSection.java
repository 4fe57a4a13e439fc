package org.treegrpo.job.report;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.treegrpo.job.images.GrownTree;

/**
 * Trees as they grew: pictures from left to right, branches coloured by their advantage. The last
 * one is shown; with the page's script another round can be chosen, and any tree grown stage by
 * stage.
 */
final class TreeSection {

  /** Characters of all trees together. */
  private static final int WEIGHT = 5_000_000;

  /** Widths of the pictures, in pixels: the first that lets a tree fit is taken. */
  private static final List<Integer> WIDTHS = List.of(224, 112, 56);

  private TreeSection() {}

  static String html(FileSystem fs, Path runDir) throws IOException {
    SortedMap<Integer, String> trees = new TreeMap<>();
    int weight = 0;
    for (int round : preferred(GrownTree.rounds(fs, runDir))) {
      Optional<GrownTree> tree = GrownTree.read(fs, runDir, round);
      if (tree.isPresent() && !tree.get().nodes().isEmpty()) {
        String markup = tree(tree.get(), WEIGHT - weight);
        if (trees.isEmpty() || weight + markup.length() <= WEIGHT) {
          trees.put(round, markup);
          weight += markup.length();
        }
      }
    }
    return trees.isEmpty() ? "" : section(trees);
  }

  /** The rounds to show, the most telling first: the last, the first, and three between them. */
  private static Set<Integer> preferred(List<Integer> rounds) {
    Set<Integer> preferred = new LinkedHashSet<>();
    if (!rounds.isEmpty()) {
      int last = rounds.size() - 1;
      for (int quarter : List.of(4, 0, 2, 1, 3)) {
        preferred.add(rounds.get(quarter * last / 4));
      }
    }
    return preferred;
  }

  private static String section(SortedMap<Integer, String> trees) {
    Html out = new Html();
    out.raw("<section class=\"explorer\"><h2>How it learns: one tree as it grew</h2>")
        .raw("<div class=\"controls\" hidden><label>round <select>");
    trees
        .keySet()
        .forEach(
            round ->
                out.format("<option value=\"%s\"", round)
                    .raw(round.equals(trees.lastKey()) ? " selected" : "")
                    .format(">%s</option>", round));
    out.raw("</select></label>")
        .raw("<button type=\"button\" class=\"play\">Play</button>")
        .raw("<span class=\"steps\">")
        .raw("<button type=\"button\" class=\"back\" aria-label=\"a stage back\">◀</button>")
        .raw("<input type=\"range\" class=\"stage\" min=\"0\" aria-label=\"stage of growth\">")
        .raw("<button type=\"button\" class=\"on\" aria-label=\"a stage on\">▶</button></span>")
        .raw("<p class=\"caption\" aria-live=\"polite\"></p></div>");
    trees.forEach(
        (round, tree) ->
            out.format("<div class=\"tree\" data-round=\"%s\"", round)
                .raw(round.equals(trees.lastKey()) ? ">" : " hidden>")
                .raw(tree)
                .raw("</div>"));
    return out.raw("</section>").toString();
  }

  private static String tree(GrownTree tree, int weight) throws IOException {
    String markup = "";
    for (int pixels : WIDTHS) {
      markup = tree(tree, new TreeDiagram(tree, pixels));
      if (markup.length() <= weight) {
        break;
      }
    }
    return markup;
  }

  private static String tree(GrownTree tree, TreeDiagram diagram) {
    Html out = new Html();
    out.format("<p>Round %s. The prompt: <bdi>%s</bdi>. ", tree.round(), Html.start(tree.text()));
    out.format(
        "Read from left to right: all pictures grow from the same noise, and at each of %s steps"
            + " the sampler %s; the small pictures are what the model"
            + " expects at that moment, the ones on the right are finished and scored. ",
        tree.branching() == 1 ? tree.width() : branchingSteps(tree),
        tree.branching() == 1
            ? "adds random noise"
            : "tries %s random continuations".formatted(tree.branching()));
    out.raw(
        "<b style=\"color:var(--good)\">Green</b> branches led to better pictures than the others"
            + " and are made more likely, <b style=\"color:var(--bad)\">red</b> ones less likely;"
            + " the thicker, the stronger.</p>");
    out.rest(tree.text());
    out.raw("<p class=\"soft swipe\">Swipe to the left for the finished pictures.</p>");
    out.raw("<ol class=\"stages\" hidden>");
    diagram.stages().captions().forEach(caption -> out.format("<li>%s</li>", caption));
    return out.raw("</ol>")
        .scroll("tree of round " + tree.round())
        .raw(diagram.svg())
        .raw("</div>")
        .toString();
  }

  private static long branchingSteps(GrownTree tree) {
    return IntStream.range(0, tree.width())
        .filter(depth -> TreeLayout.branches(tree, depth))
        .count();
  }
}
