package org.treegrpo.job.report;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.treegrpo.job.images.GrownTree;
import org.treegrpo.job.images.GrownTree.Kind;
import org.treegrpo.job.images.GrownTree.Node;
import org.treegrpo.job.images.Png;

/** One tree as it grew: pictures from left to right, branches coloured by their advantage. */
final class TreeSection {
  private static final int WIDTH = 1000;
  private static final int HEADER = 26;
  private static final int LABELS = 150;
  private static final int GAP = 9;
  private static final int MAX_PICTURE_WIDTH = 112;
  private static final int MAX_PICTURE_HEIGHT = 56;
  private static final int ENLARGED = 3;

  private final GrownTree tree;
  private final Map<String, BufferedImage> pictures = new HashMap<>();
  private final Map<String, Double> heights = new HashMap<>();
  private final double boxWidth;
  private final double boxHeight;
  private final List<Integer> columns;
  private final List<Node> drawn;
  private final double columnStep;
  private final double strongest;
  private final double height;

  private TreeSection(GrownTree tree) throws IOException {
    this.tree = tree;
    columns = columns(tree);
    drawn = tree.nodes().stream().filter(node -> columns.contains(node.depth())).toList();
    double wide = 1;
    double high = 1;
    for (Node node : tree.nodes()) {
      if (node.png() != null) {
        BufferedImage picture = Png.decode(Base64.getDecoder().decode(node.png()));
        pictures.put(node.path(), picture);
        wide = picture.getWidth();
        high = picture.getHeight();
      }
    }
    double scale =
        Math.min(ENLARGED, Math.min(MAX_PICTURE_WIDTH / wide, MAX_PICTURE_HEIGHT / high));
    boxWidth = wide * scale;
    boxHeight = high * scale;
    columnStep = (WIDTH - LABELS - boxWidth) / (columns.size() - 1);
    strongest =
        tree.nodes().stream()
            .mapToDouble(node -> Double.isNaN(node.advantage()) ? 0 : Math.abs(node.advantage()))
            .max()
            .orElse(0);
    height = place();
  }

  /** Depths that are drawn: the root, those whose nodes branch, the leaves. */
  private static List<Integer> columns(GrownTree tree) {
    return IntStream.rangeClosed(0, tree.width())
        .filter(
            depth ->
                depth == 0
                    || depth == tree.width()
                    || nodesAt(tree, depth + 1) > nodesAt(tree, depth))
        .boxed()
        .toList();
  }

  private static long nodesAt(GrownTree tree, int depth) {
    return tree.nodes().stream().filter(node -> node.depth() == depth).count();
  }

  static String html(RunData data) throws IOException {
    if (data.tree().isEmpty() || data.tree().get().nodes().isEmpty()) {
      return "";
    }
    GrownTree tree = data.tree().get();
    Html out = new Html();
    out.format("<section><h2>How it learns: one tree of round %s</h2>", tree.round());
    out.format("<p>The prompt: <bdi>%s</bdi>. ", tree.text());
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
    out.raw("<p class=\"soft swipe\">Swipe to the left for the finished pictures.</p>");
    return out.raw("<div class=\"scroll\">")
        .raw(new TreeSection(tree).svg())
        .raw("</div></section>")
        .toString();
  }

  private static long branchingSteps(GrownTree tree) {
    return IntStream.range(0, tree.width())
        .filter(depth -> nodesAt(tree, depth + 1) > nodesAt(tree, depth))
        .count();
  }

  /** Path of the nearest ancestor that is drawn. */
  private @Nullable String parentPath(Node node) {
    int column = columns.indexOf(node.depth());
    if (column == 0) {
      return null;
    }
    String[] indices = node.path().split("\\.", -1);
    return String.join(".", Arrays.asList(indices).subList(0, columns.get(column - 1)));
  }

  /** Gives every node its height: leaves in order, the others amid their children. */
  private double place() {
    double next = HEADER + GAP + boxHeight / 2;
    Map<String, List<Double>> children = new HashMap<>();
    List<Node> nodes = drawn;
    for (Node node : nodes) {
      if (node.kind() == Kind.LEAF) {
        heights.put(node.path(), next);
        next += boxHeight + GAP;
      }
    }
    for (int depth = tree.width(); depth >= 0; depth--) {
      for (Node node : nodes) {
        if (node.depth() == depth) {
          List<Double> below = children.getOrDefault(node.path(), List.of());
          double middle = below.stream().mapToDouble(Double::doubleValue).average().orElse(next);
          double y = heights.computeIfAbsent(node.path(), path -> middle);
          String parent = parentPath(node);
          if (parent != null) {
            children.computeIfAbsent(parent, path -> new ArrayList<>()).add(y);
          }
        }
      }
    }
    return next;
  }

  private String svg() {
    Html out = new Html();
    out.format(
        "<svg viewBox=\"0 0 %s %s\" font-size=\"12\" role=\"img\" aria-label=\"%s\">",
        WIDTH, LineChart.at(height), "tree of pictures for " + tree.text());
    for (int depth : columns) {
      out.format("<text x=\"%s\" y=\"14\">%s</text>", LineChart.at(x(depth)), heading(depth));
    }
    drawn.forEach(node -> edge(out, node));
    drawn.forEach(node -> picture(out, node));
    return out.raw("</svg>").toString();
  }

  private String heading(int depth) {
    if (depth == tree.width()) {
      return "finished";
    }
    int step = tree.windowStart() + depth;
    return depth == 0 ? "step %d of %d".formatted(step, tree.steps()) : "step " + step;
  }

  private void edge(Html out, Node node) {
    String parent = parentPath(node);
    Double from = parent == null ? null : heights.get(parent);
    if (from == null) {
      return;
    }
    double startX = x(columns.get(columns.indexOf(node.depth()) - 1)) + boxWidth;
    double endX = x(node.depth());
    double middle = (startX + endX) / 2;
    double to = y(node);
    out.format(
        "<path d=\"M%s %s C%s %s %s %s %s %s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\""
            + " stroke-linecap=\"round\" opacity=\".8\">",
        LineChart.at(startX),
        LineChart.at(from),
        LineChart.at(middle),
        LineChart.at(from),
        LineChart.at(middle),
        LineChart.at(to),
        LineChart.at(endX),
        LineChart.at(to),
        colour(node),
        LineChart.at(thickness(node)));
    out.format("<title>%s</title></path>", describe(node));
  }

  private void picture(Html out, Node node) {
    double left = x(node.depth());
    double top = y(node) - boxHeight / 2;
    BufferedImage picture = pictures.get(node.path());
    String box =
        new Html()
            .format(
                " x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"",
                LineChart.at(left),
                LineChart.at(top),
                LineChart.at(boxWidth),
                LineChart.at(boxHeight))
            .toString();
    if (picture != null) {
      out.raw("<image class=\"px\"" + box)
          .format(" href=\"%s\">", Thumbnail.dataUri(picture, 2 * MAX_PICTURE_WIDTH))
          .format("<title>%s</title></image>", describe(node));
    }
    out.raw("<rect" + box)
        .format(
            " rx=\"2\" fill=\"%s\" stroke=\"%s\" stroke-width=\"1.5\"/>",
            picture == null ? "#eef1f4" : "none", colour(node));
    if (node.kind() == Kind.LEAF) {
      out.format(
          "<text x=\"%s\" y=\"%s\">score %s ",
          LineChart.at(left + boxWidth + 10),
          LineChart.at(top + boxHeight / 2 + 4),
          Figures.number(node.reward()));
      advantage(out.raw("<tspan dx=\"4\" font-weight=\"600\""), node).raw("</tspan></text>");
    } else if (node.kind() == Kind.INNER) {
      out.format(
          "<text x=\"%s\" y=\"%s\" text-anchor=\"middle\" font-weight=\"600\"",
          LineChart.at(left + boxWidth / 2), LineChart.at(top + boxHeight + 13));
      advantage(out, node).raw("</text>");
    }
  }

  private static Html advantage(Html out, Node node) {
    return out.format(
        " style=\"fill:%s\">%s",
        colour(node), Double.isNaN(node.advantage()) ? "" : Figures.signed(node.advantage()));
  }

  private static String describe(Node node) {
    String place = node.path().isEmpty() ? "root" : "branch " + node.path();
    String value =
        Double.isNaN(node.advantage()) ? "" : ", advantage " + Figures.signed(node.advantage());
    return place
        + value
        + (node.kind() == Kind.LEAF ? ", score " + Figures.number(node.reward()) : "");
  }

  private static String colour(Node node) {
    if (Double.isNaN(node.advantage()) || node.advantage() == 0) {
      return "#aab3bd";
    }
    return node.advantage() > 0 ? "#12804a" : "#b3372c";
  }

  private double thickness(Node node) {
    return Double.isNaN(node.advantage()) || strongest == 0
        ? 1
        : 1 + 6 * Math.abs(node.advantage()) / strongest;
  }

  private double y(Node node) {
    return heights.getOrDefault(node.path(), Double.NaN);
  }

  private double x(int depth) {
    return 2 + columns.indexOf(depth) * columnStep;
  }
}
