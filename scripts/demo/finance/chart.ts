import { LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TitleComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

const [WIDTH, PANEL_HEIGHT, TOP, GAP] = [900, 220, 60, 70];

/** A line: a value for each day. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [day: number, value: number])[];
}

/** Lines with one scale. */
export interface Panel {
  readonly title: string;
  readonly series: readonly Series[];
}

/** Draws panels below each other, over days, as SVG. */
export function drawChart(title: string, panels: readonly Panel[]): string {
  const height = TOP + panels.length * (PANEL_HEIGHT + GAP);
  const chart = init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height });
  const topOf = (panel: number) => TOP + GAP / 2 + panel * (PANEL_HEIGHT + GAP);
  chart.setOption({
    animation: false,
    title: [
      { text: title, left: "center" },
      ...panels.map((panel, i) => ({
        text: panel.title,
        left: 40,
        top: topOf(i) - 32,
        textStyle: { fontSize: 13 },
      })),
    ],
    legend: { top: 28 },
    grid: panels.map((_, i) => ({ top: topOf(i), height: PANEL_HEIGHT, left: 70, right: 30 })),
    xAxis: panels.map((_, gridIndex) => ({ gridIndex, type: "value", name: "day" })),
    yAxis: panels.map((_, gridIndex) => ({ gridIndex, type: "value", scale: true })),
    series: panels.flatMap(({ series }, i) =>
      series.map(({ name, points }) => ({
        ...{ name, type: "line", xAxisIndex: i, yAxisIndex: i },
        data: points.map((point) => [...point]),
      })),
    ),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
