package org.treegrpo.reward.ocr;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.List;
import org.treegrpo.reward.ImageBatch;

/** Words drawn as the spelling task does: one bold letter a cell of 16 x 24 pixels. */
final class WordPictures {

  private static final int CELL = 16;
  private static final int HEIGHT = 24;

  private WordPictures() {}

  /** One image a word; all words have the same length. Paper and ink change from row to row. */
  static ImageBatch draw(List<String> words) {
    int width = CELL * words.get(0).length();
    int plane = width * HEIGHT;
    float[] pixels = new float[words.size() * 3 * plane];
    for (int row = 0; row < words.size(); row++) {
      int[] rgb = draw(words.get(row), width, row);
      for (int i = 0; i < plane; i++) {
        for (int channel = 0; channel < 3; channel++) {
          pixels[(row * 3 + channel) * plane + i] = (rgb[i] >> (16 - 8 * channel) & 0xff) / 255f;
        }
      }
    }
    return new ImageBatch(words.size(), HEIGHT, width, pixels);
  }

  private static int[] draw(String word, int width, int style) {
    BufferedImage image = new BufferedImage(width, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.setColor(Color.getHSBColor(style * 0.31f, 0.2f, 0.95f));
    graphics.fillRect(0, 0, width, HEIGHT);
    graphics.setColor(Color.getHSBColor(style * 0.17f, 0.8f, 0.35f));
    graphics.setFont(new Font("SansSerif", Font.BOLD, 18));
    for (int i = 0; i < word.length(); i++) {
      String letter = word.substring(i, i + 1);
      int inset = (CELL - graphics.getFontMetrics().stringWidth(letter)) / 2;
      graphics.drawString(letter, i * CELL + inset, 19);
    }
    graphics.dispose();
    return image.getRGB(0, 0, width, HEIGHT, null, 0, width);
  }
}
