package org.treegrpo.job.report;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.treegrpo.job.images.GrownTree;
import org.treegrpo.job.images.GrownTree.Kind;
import org.treegrpo.job.images.GrownTree.Node;
import org.treegrpo.job.images.Png;

/**
 * One tree as inline SVG, complete; {@code report.js} hides what a stage does not have yet ({@code
 * data-from}) and the colours of what is not judged yet ({@code data-judged}).
 */
final class TreeDiagram {
  private static final int MAX_PICTURE_WIDTH = 112;
  private static final int MAX_PICTURE_HEIGHT = 56;
  private static final int ENLARGED = 3;

  private final GrownTree tree;
  private final int pixels;
  private final Map<String, BufferedImage> pictures = new HashMap<>();
  private final TreeLayout layout;
  private final TreeStages stages;
  private final double strongest;

  /**
   * @param pixels widest picture that the page carries
   */
  TreeDiagram(GrownTree tree, int pixels) throws IOException {
    this.tree = tree;
    this.pixels = pixels;
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
    layout = new TreeLayout(tree, wide * scale, high * scale);
    stages = new TreeStages(tree, layout.columns());
    strongest =
        tree.nodes().stream()
            .mapToDouble(node -> Double.isNaN(node.advantage()) ? 0 : Math.abs(node.advantage()))
            .max()
            .orElse(0);
  }

  TreeStages stages() {
    return stages;
  }

  String svg() {
    Html out = new Html();
    out.format(
        "<svg viewBox=\"0 0 %s %s\" font-size=\"12\" role=\"img\" aria-label=\"%s\">",
        TreeLayout.WIDTH,
        LineChart.at(layout.height()),
        "tree of pictures for " + Html.start(tree.text()));
    for (int column = 0; column < layout.columns().size(); column++) {
      out.format(
          "<text x=\"%s\" y=\"14\">%s</text>", LineChart.at(layout.x(column)), heading(column));
    }
    layout.drawn().forEach(node -> edge(out, node));
    layout.drawn().forEach(node -> node(out, node));
    return out.raw("</svg>").toString();
  }

  private String heading(int column) {
    int depth = layout.columns().get(column);
    if (depth == tree.width()) {
      return "finished";
    }
    int step = tree.windowStart() + depth;
    return depth == 0 ? "step %d of %d".formatted(step, tree.steps()) : "step " + step;
  }

  private void edge(Html out, Node node) {
    String parent = layout.parentPath(node);
    double from = parent == null ? Double.NaN : layout.y(parent);
    if (Double.isNaN(from)) {
      return;
    }
    int column = layout.column(node);
    double startX = layout.x(column - 1) + layout.boxWidth();
    double endX = layout.x(column);
    double middle = (startX + endX) / 2;
    double to = layout.y(node.path());
    out.format(
        "<path d=\"M%s %s C%s %s %s %s %s %s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\""
            + " stroke-linecap=\"round\" opacity=\".8\" data-from=\"%s\" data-judged=\"%s\">",
        LineChart.at(startX),
        LineChart.at(from),
        LineChart.at(middle),
        LineChart.at(from),
        LineChart.at(middle),
        LineChart.at(to),
        LineChart.at(endX),
        LineChart.at(to),
        colour(node),
        LineChart.at(thickness(node)),
        stages.grown(column),
        stages.backedUp(column));
    out.format("<title>%s</title></path>", describe(node));
  }

  private void node(Html out, Node node) {
    int column = layout.column(node);
    String parent = layout.parentPath(node);
    out.format(
        "<g class=\"node\" data-from=\"%s\" data-path=\"%s\" data-parent=\"%s\" data-step=\"%s\"",
        stages.grown(column),
        node.path(),
        parent == null ? "none" : parent,
        node.kind() == Kind.LEAF
            ? "finished after %d steps".formatted(tree.steps())
            : "%d of %d".formatted(node.step(), tree.steps()));
    if (node.kind() == Kind.LEAF) {
      out.format(" data-score=\"%s\"", Figures.number(node.reward()));
    }
    if (!Double.isNaN(node.advantage())) {
      out.format(" data-advantage=\"%s\"", Figures.signed(node.advantage()));
    }
    out.format("><title>%s</title>", describe(node));
    picture(out, node);
    labels(out, node);
    out.raw("</g>");
  }

  private void picture(Html out, Node node) {
    BufferedImage picture = pictures.get(node.path());
    int column = layout.column(node);
    String box =
        " x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\""
            .formatted(
                LineChart.at(layout.x(column)),
                LineChart.at(layout.y(node.path()) - layout.boxHeight() / 2),
                LineChart.at(layout.boxWidth()),
                LineChart.at(layout.boxHeight()));
    if (picture != null) {
      out.raw(Thumbnail.isPixelArt(picture) ? "<image class=\"px\"" : "<image")
          .raw(box)
          .format(" href=\"%s\"/>", Thumbnail.dataUri(picture, pixels));
    }
    out.raw("<rect" + box)
        .format(
            " rx=\"2\" fill=\"%s\" stroke=\"%s\" stroke-width=\"1.5\" data-judged=\"%s\"/>",
            picture == null ? "var(--page)" : "none", colour(node), stages.backedUp(column));
  }

  private void labels(Html out, Node node) {
    int column = layout.column(node);
    double left = layout.x(column);
    double middle = layout.y(node.path());
    if (node.kind() == Kind.LEAF) {
      out.format(
          "<text x=\"%s\" y=\"%s\" data-from=\"%s\">score %s ",
          LineChart.at(left + layout.boxWidth() + 10),
          LineChart.at(middle + 4),
          stages.scored(),
          Figures.number(node.reward()));
      advantage(out.raw("<tspan dx=\"4\""), node).raw("</tspan></text>");
    } else if (node.kind() == Kind.INNER) {
      out.format(
          "<text x=\"%s\" y=\"%s\" text-anchor=\"middle\"",
          LineChart.at(left + layout.boxWidth() / 2),
          LineChart.at(middle + layout.boxHeight() / 2 + 13));
      advantage(out, node).raw("</text>");
    }
  }

  private Html advantage(Html out, Node node) {
    return out.format(
        " font-weight=\"600\" class=\"advantage\" data-from=\"%s\" style=\"fill:%s\">%s",
        stages.backedUp(layout.column(node)),
        colour(node),
        Double.isNaN(node.advantage()) ? "" : Figures.signed(node.advantage()));
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
      return "var(--masked)";
    }
    return node.advantage() > 0 ? "var(--good)" : "var(--bad)";
  }

  private double thickness(Node node) {
    return Double.isNaN(node.advantage()) || strongest == 0
        ? 1
        : 1 + 6 * Math.abs(node.advantage()) / strongest;
  }
}
