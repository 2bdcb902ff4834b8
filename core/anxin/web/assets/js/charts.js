// The live chart of staff dashboards: replaces the server's SVG, which stays for print and without script. ECharts is
// tree-shaken to what we draw, and this file is loaded only by pages that ask for it.
import { BarChart, LineChart } from 'echarts/charts'
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import * as echarts from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

echarts.use([LineChart, BarChart, GridComponent, TooltipComponent, LegendComponent, AriaComponent, CanvasRenderer])

const token = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
const calm = matchMedia('(prefers-reduced-motion: reduce)').matches

function series(line) {
  return {
    ...line, smooth: .25, symbolSize: 7, barMaxWidth: 26, lineStyle: { width: 2.5 },
    itemStyle: line.type === 'bar' ? { borderRadius: [6, 6, 0, 0] } : {},
  }
}

function options(data) {
  const ink = token('--ink-2')
  const line = token('--line')
  return {
    animation: !calm, animationDuration: 400, aria: { enabled: true, decal: { show: true } },
    color: ['--chart-1', '--chart-2', '--chart-3', '--chart-4'].map(token),
    textStyle: { fontFamily: token('--font'), color: ink },
    grid: { left: 8, right: 12, top: 40, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    // richText: the default tooltip writes style="" attributes, which our CSP blocks
    tooltip: { trigger: 'axis', renderMode: 'richText', backgroundColor: token('--surface'), borderColor: line, textStyle: { color: token('--ink') } },
    legend: { top: 0, left: 0, itemWidth: 14, itemHeight: 8, textStyle: { color: ink } },
    xAxis: { type: 'category', data: data.x, axisLine: { lineStyle: { color: token('--line-2') } }, axisTick: { show: false }, axisLabel: { color: ink } },
    yAxis: { type: 'value', splitLine: { lineStyle: { color: line } }, axisLabel: { color: ink } },
    series: data.series.map(series),
  }
}

function mount(figure) {
  if (figure.dataset.ready) return
  figure.dataset.ready = '1'
  const data = JSON.parse(document.getElementById(figure.dataset.chart).textContent)
  const host = figure.querySelector('.chart__canvas')
  const draw = () => {
    echarts.getInstanceByDom(host)?.dispose()
    echarts.init(host, null, { renderer: 'canvas' }).setOption(options(data))
  }
  figure.classList.add('is-live')
  draw()
  new ResizeObserver(() => echarts.getInstanceByDom(host)?.resize()).observe(host)
  addEventListener('themechange', draw)
}

const mountAll = () => document.querySelectorAll('[data-chart]').forEach(mount)
mountAll()
document.addEventListener('htmx:after:swap', mountAll)
