import { signIn, startBrowser } from "./server.mjs";
const origin="http://127.0.0.1:18312", out="/tmp/m12shots/", problems=[];
const browser=await startBrowser();
async function lang(page,l){ if((await page.getAttribute("html","lang"))===l)return; await page.click(`form.language button[value=${l}]`); await page.waitForFunction((x)=>document.documentElement.lang===x,l); }
const todo=process.argv.slice(2);
const want=(n)=>todo.length===0||todo.includes(n);
for(const l of ["ja","en"]){
  if(want("mgr")){
  const p=await signIn(browser,origin,"manager",problems,{viewport:{width:1280,height:860}}); await lang(p,l);
  await p.goto(origin+"/incidents/2014-R096"); await p.screenshot({path:out+`incident.${l}.png`});
  await p.goto(origin+"/audit"); await p.screenshot({path:out+`audit.${l}.png`});
  await p.goto(origin+"/reimbursements"); await p.screenshot({path:out+`approvals.${l}.png`});
  await p.context().close();
  const q=await signIn(browser,origin,"manager",problems,{viewport:{width:390,height:860}}); await lang(q,l);
  await q.goto(origin+"/reimbursements"); await q.screenshot({path:out+`approvals390.${l}.png`,fullPage:true,clip:{x:0,y:0,width:390,height:2600}});
  await q.goto(origin+"/mails/3"); await q.screenshot({path:out+`mail390.${l}.png`});
  await q.context().close();
  }
  if(want("call")){
  const a=await signIn(browser,origin,l==="ja"?"agent":"agent2",problems,{viewport:{width:1280,height:860}}); await lang(a,l);
  for (const [name,q] of [["plain","status=new&class=C"],["cb","status=callback_due"]]) {
    await a.goto(origin+"/cases?"+q);
    const links=await a.locator("a[href^='/cases/H']").evaluateAll((x)=>x.map((e)=>e.getAttribute("href")));
    await a.goto(origin+links[0]);
    await a.screenshot({path:out+`before.${name}.${l}.png`});
    if(await a.locator(".case-call form[action$='/calls'] button.primary").count()===0){console.log("no start",name,l);continue;}
    await a.click(".case-call form[action$='/calls'] button.primary");
    await a.locator("#answer-name").waitFor();
    await a.evaluate(()=>document.activeElement?.blur()); await a.evaluate(()=>scrollTo(0,0));
    await a.screenshot({path:out+`call.${name}.${l}.png`,caret:"initial"});
    const m=await a.evaluate(()=>{const c=document.querySelector(".case-call");return {top:c.getBoundingClientRect().top,h:c.clientHeight,sh:c.scrollHeight,parts:[...c.querySelectorAll(".panel,.verification,.items,.code,.outcomes,form[action$='/end'] button,#answer-customer_number,.notice,.asked,.facts,.level,h2,.wide")].map((e)=>(e.className||e.id||e.tagName)+" "+Math.round(e.getBoundingClientRect().top)+"-"+Math.round(e.getBoundingClientRect().bottom))}});
    console.log(name,l,JSON.stringify(m));
    await a.locator(".case-call form[action$='/end'] button").last().click();
    await a.locator("#answer-name").waitFor({state:"detached"});
  }
  await a.context().close();
  }
}
await browser.close(); console.log(problems.join("\n"));
