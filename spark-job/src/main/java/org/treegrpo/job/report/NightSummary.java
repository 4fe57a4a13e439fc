package org.treegrpo.job.report;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.treegrpo.job.files.RunLayout;
import org.treegrpo.job.images.ImageGrid;
import org.treegrpo.job.images.SampleSheet.Cell;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.registry.NightDirectory;

/**
 * What the page over all nights shows of a night's run.
 *
 * @param rounds of its run
 * @param resumedAfter rounds after which the run's last process went on; 0 = never ended
 * @param seconds of all rounds
 * @param report whether the run has a report
 * @param rewards means of the rewards that are trained over the rounds, by name, at most 60 each
 * @param before pictures of what the run began with
 * @param after pictures of the same prompts at its end
 */
record NightSummary(
    int rounds,
    int resumedAfter,
    double seconds,
    boolean report,
    Map<String, List<Double>> rewards,
    List<Picture> before,
    List<Picture> after) {

  private static final int POINTS = 60;
  private static final int PICTURES = 3;
  private static final int WIDEST = 96;

  /**
   * A picture.
   *
   * @param text what was asked for
   * @param uri as a data URI
   * @param pixels whether it is enlarged pixel by pixel
   */
  record Picture(String text, String uri, boolean pixels) {}

  /** Of what the night's run has come to. */
  static NightSummary of(NightDirectory night) throws IOException {
    return of(RunData.read(night.fs(), night.run()), night);
  }

  private static NightSummary of(RunData run, NightDirectory night) throws IOException {
    Map<String, List<Double>> rewards = new LinkedHashMap<>();
    for (String reward : run.heldOutRewards()) {
      if (run.isTrained(reward)) {
        List<Double> means = means(run.rounds(), reward);
        if (!means.isEmpty()) {
          rewards.put(reward, means);
        }
      }
    }
    return new NightSummary(
        run.rounds().size(),
        run.run().path("resumed_after").asInt(),
        run.rounds().stream().mapToDouble(round -> round.seconds().total()).sum(),
        night.fs().exists(new RunLayout(night.run()).report()),
        rewards,
        run.before().map(NightSummary::pictures).orElse(List.of()),
        run.after().map(NightSummary::pictures).orElse(List.of()));
  }

  /** Means over equally many rounds each. */
  private static List<Double> means(List<RoundMetrics> rounds, String reward) {
    List<Double> means = new ArrayList<>();
    int points = Math.min(POINTS, rounds.size());
    for (int point = 0; point < points; point++) {
      double mean =
          rounds
              .subList(rounds.size() * point / points, rounds.size() * (point + 1) / points)
              .stream()
              .filter(round -> round.reward().containsKey(reward))
              .mapToDouble(round -> round.reward().get(reward).mean())
              .filter(value -> !Double.isNaN(value))
              .average()
              .orElse(Double.NaN);
      if (!Double.isNaN(mean)) {
        means.add(mean);
      }
    }
    return means;
  }

  /** The first picture of each of the first prompts, which are the same night after night. */
  private static List<Picture> pictures(ImageGrid grid) {
    Set<String> prompts = new LinkedHashSet<>();
    List<Picture> pictures = new ArrayList<>();
    List<Cell> cells = grid.sheet().cells();
    for (int i = 0; i < cells.size() && pictures.size() < PICTURES; i++) {
      if (prompts.add(cells.get(i).promptId())) {
        BufferedImage image = grid.crop(i);
        pictures.add(
            new Picture(
                cells.get(i).text(),
                Thumbnail.smallUri(image, WIDEST),
                Thumbnail.isPixelArt(image)));
      }
    }
    return pictures;
  }
}
